// A dump of what a node served: believed only where its rows make the table that it states.
#include "fuzz/loaded.h"
#include "pointsman/load/dump.h"

namespace pointsman::fuzz {

bool DumpText(std::string_view bytes) {
  const absl::StatusOr<LoadedDump> dump = ParseDump(bytes);
  if (!dump.ok()) return Refused(std::string(dump.status().message()));
  const std::string written = DumpToJson(dump->dump);
  const absl::StatusOr<LoadedDump> again = ParseDump(written);
  Demand(again.ok() && again->dump.table->content_hash() == dump->dump.table->content_hash(),
         "a dump written holds the table that was read");
  Demand(DumpToJson(again->dump) == written, "a dump is written in one way");
  DemandGoodTable(dump->rows, {});
  return true;
}

}  // namespace pointsman::fuzz
