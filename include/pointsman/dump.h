// RouterDump: what a running router serves, as data: to be written down, and explained or compared somewhere else.
//
//   const pointsman::RouterDump dump = router.Dump();
//   file << pointsman::DumpToJson(dump);                  // load/dump.h, which also reads it back
//
// And the way back from a table to rows, on which it rests:
//
//   const pointsman::Rows rows = pointsman::TableRows(*dump.table);
//   Compile(rows, dump.table->policy())->table->content_hash() == dump.table->content_hash()      // always
//
// A dump names functions of the host and does not hold them: where the policy has a normaliser of the host's own,
// ParseDump has to be given it too, and whoever has it not (DumpLoader and the command line among them) cannot read the
// dump back.
//
// Nothing in it is secret: tables hold no keys, since no row has a place for one.
//
// Thread safety: RouterDump is thread-compatible (plain values); TableRows is thread-safe (a pure function).
// Cost: a RouterDump keeps its table alive. TableRows is O(candidates) and takes about 100 bytes for each.
#ifndef POINTSMAN_DUMP_H_
#define POINTSMAN_DUMP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/decision.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/route_table.h"

namespace pointsman::inline v0 {

struct RouterDump {
  std::shared_ptr<const RouteTable> table;  // with its policy; never null in what Router::Dump returns
  std::uint64_t generation = 0;             // 0: nothing was published yet
  std::vector<OutChannel> out;              // channels that are not in order, in order of id (decision.h)
  std::vector<DecisionRecord> decisions;    // the most recent ones that were recorded, oldest first
};

// Rows that compile to an equal table under its policy, whatever it was compiled or patched from. Where abilities are
// believed, each candidate is an ability row; where the channels' lists are, the channels have them. `source` names the
// rows in messages.
POINTSMAN_EXPORT Rows TableRows(const RouteTable& table, std::string source = "table");

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_DUMP_H_
