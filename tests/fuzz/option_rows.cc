// Option rows of a gateway: "key\0value\0key\0value…"; what cannot be used is named, and the rest is a valid policy.
#include "fuzz/loaded.h"
#include "pointsman/load/json.h"
#include "pointsman/profile.h"

namespace pointsman::fuzz {

bool OptionRows(std::string_view bytes) {
  Rows rows("options");
  while (!bytes.empty()) {
    const std::string_view key = bytes.substr(0, bytes.find('\0'));
    bytes.remove_prefix(std::min(key.size() + 1, bytes.size()));
    const std::string_view value = bytes.substr(0, bytes.find('\0'));
    bytes.remove_prefix(std::min(value.size() + 1, bytes.size()));
    static_cast<void>(rows.Add(OptionRow{.key = key, .value = value}));
  }
  const PolicyOfOptions made = PolicyFromOptions(rows.options(), ProfilePolicy(Profile::kNewApiMemory));
  Demand(made.policy.Validate().ok(), "options make a valid policy, or leave the base as it is");
  for (const Rejection& rejection : made.rejections) DemandPlain(rejection.Text(), "a rejection can be shown");
  DemandGoodExamination(rows);
  return made.rejections.empty();
}

}  // namespace pointsman::fuzz
