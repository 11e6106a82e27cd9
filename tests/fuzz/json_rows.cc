// A gateway's tables as JSON, from a file that anybody may have written.
#include "fuzz/loaded.h"
#include "pointsman/load/json.h"

namespace pointsman::fuzz {

bool JsonRows(std::string_view bytes) {
  JsonLoader loader = JsonLoader::Text(std::string(bytes), "rows.json");
  Rows rows("rows.json");
  if (!LoadOrTell(loader, rows)) return false;
  DemandGoodTable(rows, {});
  DemandGoodTable(rows, {.source = RowSource::kChannels, .shares = ShareRule::kPlusTenInclusive});
  for (const RowSource source : {RowSource::kChannels, RowSource::kAbilities}) {
    DemandGoodTable(rows, {.source = source, .priorities = {.null_priority = NullPriority::kNever}});
  }
  DemandGoodExamination(rows);
  return true;
}

}  // namespace pointsman::fuzz
