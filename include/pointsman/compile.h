// Compile: rows and a policy in, an immutable RouteTable and a BuildReport out.
//
//   absl::StatusOr<pointsman::Compiled> compiled = pointsman::Compile(rows, policy);
//   for (const Rejection& bad : compiled->report.rejections) Log(bad.Text());
//
// Compilation is forgiving and complete: a wrong row is rejected with its place and cure and never stops the rest, and
// nothing is dropped without being listed or counted. The rules:
//
//   lists      split at commas, trimmed, repeats and empty items removed
//   status     a channel counts if its status is 1; an ability if it is enabled and its channel exists and counts
//   weight     0 .. 2^32-1; anything else rejects the row. NULL is 0. An ability without the column takes the channel's
//   priority   any 64-bit integer; NULL is 0. An ability without the column takes the channel's
//   source     Policy::source: with any ability rows they alone decide who serves what, else the channels' lists do
//   twice      the first good row of a primary key counts, the others are rejected
//
// Thread safety: thread-safe (a pure function).
// Cost: a few passes over the candidates.
// Limits: 2^32-1 rows; names of at most kMaxNameBytes bytes; lists of one channel that span at most 1,000,000 routes.
#ifndef POINTSMAN_COMPILE_H_
#define POINTSMAN_COMPILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/policy.h"
#include "pointsman/route_table.h"

namespace pointsman::inline v0 {

// What came of a build.
struct BuildReport {
  std::string source;                 // where the rows came from
  std::string content_hash;           // of the table
  std::uint64_t generation = 0;       // once published; 0 before
  std::vector<Rejection> rejections;  // every row or list item that was not used because it is wrong

  std::size_t channels = 0;  // rows that were read, by table
  std::size_t abilities = 0;
  std::size_t groups = 0;  // of the table
  std::size_t models = 0;
  std::size_t routes = 0;
  std::size_t serving_routes = 0;
  RowSource believed = RowSource::kBoth;  // kChannels or kAbilities

  // A line or two for people, then a line for each rejection, at most `max_rejections` of them.
  POINTSMAN_EXPORT std::string Text(std::size_t max_rejections = 20) const;
};

struct Compiled {
  std::shared_ptr<const RouteTable> table;
  BuildReport report;
};

// InvalidArgument for a policy that cannot be (Policy::Validate); never for rows.
POINTSMAN_EXPORT absl::StatusOr<Compiled> Compile(const Rows& rows, const Policy& policy);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_COMPILE_H_
