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
// A missing table is empty, a missing column is absent, null is NULL. Columns that pointsman does not know are skipped
// unread (`key` among them), an unknown table is an error that names the near one, rows with `deleted_at` are skipped.
//
// Errors: InvalidArgument "routes.json:41:17: …" with line and column for text that is not JSON; a value of the wrong
// type rejects its row, with the JSON path and the line on which the row begins. Nothing is ever half loaded in silence.
//
// Thread safety: thread-compatible. Cost: one pass, no document in memory beyond the text itself.
// Limits: nesting deeper than 64 is refused.
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
  // Reads the file at each Load. NotFound, PermissionDenied or InvalidArgument come from Load.
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
// one; keys that this version does not know yet are refused rather than ignored. `name` stands for the file in messages.
//
//   {"default_group": "default", "empty_group": "inherit", "source": "both"}
POINTSMAN_EXPORT absl::StatusOr<Policy> ParsePolicy(std::string_view text, std::string_view name = "policy");

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_LOAD_JSON_H_
