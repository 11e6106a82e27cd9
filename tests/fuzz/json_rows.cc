// A gateway's tables as JSON, from a file that anybody may have written.
#include "fuzz/loaded.h"
#include "pointsman/load/json.h"

namespace pointsman::fuzz {

void JsonRows(std::string_view bytes) {
  JsonLoader loader = JsonLoader::Text(std::string(bytes), "rows.json");
  Rows rows("rows.json");
  if (!LoadOrTell(loader, rows)) return;
  DemandGoodTable(rows, {});
  DemandGoodTable(rows, {.source = RowSource::kChannels, .shares = ShareRule::kPlusTenInclusive});
  DemandGoodExamination(rows);
}

}  // namespace pointsman::fuzz
