#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/json/json_file.h"
#include "load/json/json_reader.h"
#include "load/json/row_reader.h"
#include "pointsman/load/json.h"

namespace pointsman::inline v0 {
JsonLoader::JsonLoader(std::string name, std::string text, bool is_file)
    : name_(std::move(name)), text_(std::move(text)), is_file_(is_file) {}

JsonLoader JsonLoader::File(std::string path) { return {std::move(path), std::string(), true}; }

JsonLoader JsonLoader::Text(std::string text, std::string name) { return {std::move(name), std::move(text), false}; }

absl::Status JsonLoader::Load(RowSink& sink, const Wanted& wanted) {
  RowReader reader(name_, wanted, sink);
  if (!is_file_) return ReadJson(text_, name_, reader);
  absl::StatusOr<std::string> text = ReadJsonFile(name_, wanted.deadline);
  return text.ok() ? ReadJson(*text, name_, reader) : text.status();
}

}  // namespace pointsman::inline v0
