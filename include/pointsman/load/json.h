// JSON: rows and policies from JSON text. Component `json`, target pointsman::json.
//
//   pointsman::JsonLoader loader = pointsman::JsonLoader::File("routes.json");
//   absl::StatusOr<pointsman::Policy> policy = pointsman::ParsePolicy(text, "policy.json");
//
// Rows: one object of tables, each a list of objects by column name as in SQL. Comments are allowed.
//
//   {"channels": [{"id": 8, "name": "Bltcy", "type": 55, "status": 1, "group": "default", "models": "runway,pika"}],
//    "tokens":   [{"id": 3, "user_id": 1, "group": null}]}
//
// A missing table is empty, a missing column is absent, null is NULL. Numbers are whole (2.0 is), flags true, false, 1
// or 0. `model_mapping`, `channel_info`, `other_info`, `auto_groups` and an option's `value` hold JSON as text, or as
// it is: then its compact text is carried. Columns that pointsman does not know are skipped unread (a channel's `key`
// among them). Tokens and users whose `deleted_at` is not null are skipped.
//
// Errors. From Load: InvalidArgument "routes.json:41:17: …" with line and column for text that is not JSON, for another
// shape than the one above, and for an unknown table, naming the near one; NotFound and PermissionDenied for the file;
// DeadlineExceeded; Cancelled. As rejections: a value of the wrong type, a row without its id, a column that stands in
// a row twice; each with the JSON path and the line on which the row begins, and none disturbs another row. No message
// repeats what stands in a skipped column or in an option.
//
// Thread safety: thread-compatible. Cost: one pass, no document in memory beyond the text itself.
// Limits: nesting deeper than 64, text of 4 GiB, numbers beyond 1.8e308 and NUL bytes are refused.
#ifndef POINTSMAN_LOAD_JSON_H_
#define POINTSMAN_LOAD_JSON_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/policy.h"
#include "pointsman/rows.h"

namespace pointsman::inline v0 {

class POINTSMAN_EXPORT JsonLoader final : public Loader {
 public:
  // Reads the file at each Load.
  static JsonLoader File(std::string path);
  // Reads from `text`, which is kept; `name` stands for the file in messages.
  static JsonLoader Text(std::string text, std::string name = "json");

  absl::Status Load(RowSink& sink, const Wanted& wanted) override;
  std::string source() const override { return name_; }

 private:
  JsonLoader(std::string name, std::string text, bool is_file);
  std::string name_;
  std::string text_;
  bool is_file_;
};

// A policy from JSON text. Comments are allowed, every key is optional, an unknown key is an error that names the near
// one; what this version does not know yet is refused rather than ignored. `name` stands for the file in messages,
// which are InvalidArgument "policy.json:2:3: $.source is …". `normalizers` are the host's own, by their names. What
// the text does not name is as in `base`, such as a profile's policy (profile.h).
//
//   {"default_group": "default", "empty_group": "inherit",      // or "default", "refuse", "exact"
//    "groups": {"vip": {"aliases": ["VIP"],
//                       "fallback": [{"group": "default", "when": "no_route"}]}},     // or "exhausted"
//    "auto": {"auto": ["default", "vip"]},
//    "usable": {"vip": ["default"], "*": []},                   // by user group; absent: all may use all
//    "models": {"normalizer": "new_api", "prefixes": true,      // or "none", or one of the host's
//               "aliases": {"gpt-4-latest": "gpt-4o"}},
//    "retry": {"tiers": "exhaust", "last_resort": "none",       // or "one_per_tier", "by_attempt", "top_twice";
//    "repeat"
//              "budget": 5, "budget_per_group": 0},             // 0: no limit of its own
//    "shares": "weight",                                        // or "plus_ten", "plus_ten_inclusive", "uniform"
//    "priorities": {"tiers": "always", "null": "zero"},         // or "above_zero"; "never"
//    "source": "both",                                          // or "channels", "abilities"
//    "balance": "weighted_random", "fleet_seed": 0}             // balance.h; a group may have its own
POINTSMAN_EXPORT absl::StatusOr<Policy> ParsePolicy(std::string_view text, std::string_view name = "policy",
                                                    std::span<const ModelNormalizer> normalizers = {},
                                                    const Policy& base = {});

// The whole policy, defaults included, as a text that ParsePolicy reads back to an equal one. A normaliser is written
// by its name. REQUIRES, for reading it back: the policy is valid, and its names are UTF-8 (other bytes are replaced).
POINTSMAN_EXPORT std::string PolicyToJson(const Policy& policy);

// A policy with what a gateway's own options say.
struct PolicyOfOptions {
  Policy policy;
  std::vector<Rejection> rejections;  // options that could not be used: the base's value stays
};

// The options of a gateway laid over `base`. Other options than these change nothing.
//
//   GroupRatio         its keys are groups that are known, even if no row names them
//   AutoGroups         what "auto" stands for: groups.automatic["auto"]
//   UserUsableGroups   the keys are what every user group may use: groups.usable["*"]. Where it cannot be read and
//                      `base` has no such rule, requests may use their own group alone
//   group_ratio_setting.group_special_usable_group
//                      by user group: adds ("g", "+:g") to the groups of "*", or removes ("-:g") from them, in order.
//                      Where it cannot be used and may remove some, requests may use their own group alone
//   RetryTimes         R: retry.budget becomes R + 1; where retry.tiers is "by_attempt", that many attempts in each
//                      group of the plan (but a single one in all if R is 0)
//
// An option counts whole or not at all: one wrong name in it, or a value with which the policy would not be valid,
// rejects it. `source` names where the options come from, in messages. REQUIRES: `base` is valid.
POINTSMAN_EXPORT PolicyOfOptions PolicyFromOptions(std::span<const OptionRow> options, Policy base,
                                                   std::string_view source = "options");

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_LOAD_JSON_H_
