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
// or 0. `model_mapping`, `channel_info`, `auto_groups` and an option's `value` hold JSON as text, or as it is: then its
// compact text is carried. Columns that pointsman does not know are skipped unread (a channel's `key` among them).
// Tokens and users whose `deleted_at` is not null are skipped.
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

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/policy.h"

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
// one; keys that this version does not know yet are refused rather than ignored. `name` stands for the file in
// messages, which are InvalidArgument "policy.json:2:3: $.source is …".
//
//   {"default_group": "default", "empty_group": "inherit", "source": "both"}
POINTSMAN_EXPORT absl::StatusOr<Policy> ParsePolicy(std::string_view text, std::string_view name = "policy");

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_LOAD_JSON_H_
