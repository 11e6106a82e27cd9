#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/json/json_tree.h"
#include "load/json/policy_value.h"
#include "pointsman/load/json.h"
#include "policy/retry_times.h"
#include "rows/comma_list.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::string_view kEverybody = "*";
constexpr std::string_view kGroupObject = "an object by group, such as {\"default\": 1}";
constexpr std::string_view kGroupList = "a list of groups, such as [\"default\", \"vip\"]";

absl::Status Wrong(const std::string& problem) { return absl::InvalidArgumentError(problem); }

// Reads an option's JSON. Its text is called "value" in messages.
absl::Status ReadOption(std::string_view text, const std::function<absl::Status(const PolicyValue&)>& read) {
  const absl::StatusOr<JsonNode> root = ReadJsonTree(text, "value");
  if (!root.ok()) return root.status();
  PolicyText places{.text = text, .name = "value", .places = {}};
  return read({*root, "$", places});
}

absl::StatusOr<std::vector<std::string>> KeysOf(std::string_view text) {
  std::vector<std::string> keys;
  absl::Status read = ReadOption(text, [&](const PolicyValue& root) {
    return root.ReadMap(kGroupObject, [&](const std::string& key, const PolicyValue&) {
      keys.push_back(key);
      return absl::OkStatus();
    });
  });
  if (!read.ok()) return read;
  return keys;
}

absl::Status ApplyGroupRatio(std::string_view text, Policy& policy) {
  const absl::StatusOr<std::vector<std::string>> keys = KeysOf(text);
  if (!keys.ok()) return keys.status();
  GroupPolicy& groups = policy.groups;
  std::set<std::string_view> aliases;
  for (const auto& [group, rule] : groups.groups) aliases.insert(rule.aliases.begin(), rule.aliases.end());
  for (const std::string& key : *keys) {
    if (!aliases.contains(key) && !groups.automatic.contains(key)) groups.groups.try_emplace(key);
  }
  return absl::OkStatus();
}

absl::Status ApplyAutoGroups(std::string_view text, Policy& policy) {
  std::vector<std::string> list;
  absl::Status read = ReadOption(text, [&](const PolicyValue& root) {
    return root.ReadList(kGroupList, [&](const PolicyValue& item) {
      return item.ReadText(list.emplace_back(), "the name of a group in double quotes");
    });
  });
  policy.groups.automatic["auto"] = std::move(list);
  return read;
}

absl::Status ApplyUsable(std::string_view text, Policy& policy) {
  absl::StatusOr<std::vector<std::string>> keys = KeysOf(text);
  if (!keys.ok()) return keys.status();
  if (!policy.groups.usable) policy.groups.usable.emplace();
  (*policy.groups.usable)[std::string(kEverybody)] = *std::move(keys);
  return absl::OkStatus();
}

// "+:vip" and "vip" add, "-:vip" removes.
void Change(std::vector<std::string>& list, std::string_view change) {
  const bool removes = change.starts_with("-:");
  const std::string_view group = removes || change.starts_with("+:") ? change.substr(2) : change;
  const auto found = std::find(list.begin(), list.end(), group);
  if (removes && found != list.end()) list.erase(found);
  if (!removes && found == list.end()) list.emplace_back(group);
}

absl::Status ApplySpecialUsable(std::string_view text, Policy& policy) {
  std::map<std::string, std::vector<std::string>> changes;  // by user group
  absl::Status read = ReadOption(text, [&](const PolicyValue& root) {
    return root.ReadMap("an object by user group, such as {\"vip\": {\"+:default\": \"\"}}",
                        [&](const std::string& user_group, const PolicyValue& value) {
                          std::vector<std::string>& of_group = changes[user_group];
                          return value.ReadMap("an object of changes, such as {\"+:default\": \"\"}",
                                               [&](const std::string& change, const PolicyValue&) {
                                                 of_group.push_back(change);
                                                 return absl::OkStatus();
                                               });
                        });
  });
  if (!read.ok() || changes.empty()) return read;
  if (!policy.groups.usable || !policy.groups.usable->contains(kEverybody)) {
    return Wrong(
        "it changes what UserUsableGroups lists, which is not there; save UserUsableGroups too, or give usable[\"*\"] "
        "in the policy");
  }
  GroupLists& usable = *policy.groups.usable;
  const std::vector<std::string> everybody = usable.find(kEverybody)->second;
  for (const auto& [user_group, of_group] : changes) {
    std::vector<std::string> list = everybody;
    for (const std::string& change : of_group) Change(list, change);
    usable[user_group] = std::move(list);
  }
  return read;
}

absl::Status ApplyRetryTimes(std::string_view text, Policy& policy) {
  const std::string_view digits = Trim(text);
  std::int32_t retries = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), retries);
  const bool is_number = error == std::errc() && end == digits.data() + digits.size();
  if (!is_number || retries < 0 || retries >= kMaxBudget) {
    return Wrong("the value is no number of retries; write a whole number from 0 to " + std::to_string(kMaxBudget - 1));
  }
  SetRetryTimes(retries, policy.retry);
  return absl::OkStatus();
}

struct Option {
  std::string_view key;
  absl::Status (*apply)(std::string_view text, Policy& policy);
};

// In this order: later ones look at what earlier ones said.
constexpr std::array kOptions = {Option{"AutoGroups", ApplyAutoGroups}, Option{"GroupRatio", ApplyGroupRatio},
                                 Option{"UserUsableGroups", ApplyUsable},
                                 Option{"group_ratio_setting.group_special_usable_group", ApplySpecialUsable},
                                 Option{"RetryTimes", ApplyRetryTimes}};

Rejection Reject(const OptionRow& row, std::string_view source, const absl::Status& status) {
  std::string_view message(status.message().data(), status.message().size());
  if (constexpr std::string_view kPolicy = "policy: "; message.starts_with(kPolicy)) {
    message.remove_prefix(kPolicy.size());
  }
  const std::size_t cure = message.rfind("; ");
  Rejection rejection{.place = {.source = std::string(source),
                                .table = SourceTable::kOptions,
                                .key = "key " + Printable(row.key),
                                .column = "value",
                                .origin = row.origin},
                      .problem = std::string(message.substr(0, cure)),
                      .cure = {}};
  if (cure != std::string_view::npos) rejection.cure = message.substr(cure + 2);
  return rejection;
}

absl::Status Apply(const Option& option, const OptionRow& row, Policy& policy) {
  if (!row.value.has_value() || IsBlank(row.value.value())) {
    return Wrong("the value is empty; save the option again, or delete the row for the gateway's default");
  }
  Policy changed = policy;
  if (absl::Status s = option.apply(row.value.value(), changed); !s.ok()) return s;
  if (absl::Status s = changed.Validate(); !s.ok()) return s;
  policy = std::move(changed);
  return absl::OkStatus();
}

// Whether there may be a "-:vip" in it, which it need not be JSON for.
bool MayTakeAway(const OptionRow& row) {
  const std::string_view text = row.value.has_value() ? row.value.value() : std::string_view();
  return text.find("-:") != text.npos || text.find('\\') != text.npos;
}

// What somebody wanted a rule by, as long as no row of the option can be used: a request may use its own group.
bool Closes(const Option& option, const OptionRow& row, const Policy& policy) {
  if (option.apply == ApplyUsable) return !policy.groups.usable;
  return option.apply == ApplySpecialUsable && MayTakeAway(row);
}

}  // namespace

PolicyOfOptions PolicyFromOptions(std::span<const OptionRow> options, Policy base, std::string_view source) {
  PolicyOfOptions out{.policy = std::move(base), .rejections = {}};
  for (const Option& option : kOptions) {
    bool done = false;
    bool closes = false;
    for (const OptionRow& row : options) {
      if (row.key != option.key) continue;
      closes = closes || Closes(option, row, out.policy);
      const absl::Status status =
          done ? Wrong("the option is listed twice; keep one of the rows: the first good one counts")
               : Apply(option, row, out.policy);
      if (!status.ok()) out.rejections.push_back(Reject(row, source, status));
      done = done || status.ok();
    }
    if (closes && !done) out.policy.groups.usable.emplace();
  }
  return out;
}

}  // namespace pointsman::inline v0
