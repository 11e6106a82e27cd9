// A policy file: accepted whole or refused with a place; what was accepted is written and read again as it was.
#include "fuzz/loaded.h"
#include "pointsman/load/json.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"

namespace pointsman::fuzz {

bool PolicyJson(std::string_view bytes) {
  const absl::StatusOr<Policy> policy = ParsePolicy(bytes, "policy.json");
  if (!policy.ok()) return Refused(std::string(policy.status().message()));
  Demand(policy->Validate().ok(), "what was parsed is valid");
  const absl::StatusOr<Policy> again = ParsePolicy(PolicyToJson(*policy));
  Demand(again.ok() && *again == *policy, "a policy written is the policy read");
  ChannelRow without_priority = testing::Channel(4, "default,g2", "a,b", 1);
  without_priority.priority = nullptr;
  const Rows rows =
      testing::RowsOf(testing::Channel(1, "default,vip", "a,ab*", 2, 1), testing::Channel(2, "default", "a", 1),
                      testing::Channel(3, "vip,g1", "a", 0), without_priority);
  DemandGoodTable(rows, *policy);
  Router router(*policy);
  const absl::StatusOr<Compiled> compiled = Compile(rows, *policy);
  if (!compiled.ok() || !router.Publish(compiled->table).ok()) return true;
  SplitMix64 bits(1);
  for (const std::string_view group : {"default", "vip", "auto", ""}) {
    Attempts attempts;
    const Request request{.group = group, .user_group = "vip", .model = "abc", .affinity = 7};
    std::int32_t made = 0;
    while (router.Select(request, attempts, RandomBits(bits))) ++made;
    Demand(made <= std::min(policy->retry.budget, 16), "a walk ends with its budget");
  }
  return true;
}

}  // namespace pointsman::fuzz
