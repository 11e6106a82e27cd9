// Diff: what a change of tables does to traffic: routes that are lost and gained, shares that move, tokens that gain or
// lose models. For review before a change goes live, and for finding what a change has done.
//
//   pointsman::Diff d = CompareTables(*before.table, *after.table);
//   for (const RouteDiff& r : d.lost) std::cerr << r.group << " loses " << r.model << "\n";
//   if (!d.ok()) return 1;
//
//   // With the rows of both sides, what tokens may call is compared too: a cure of tokens changes no route.
//   d = CompareTables(*before.table, *after.table, {.before_rows = &old_rows, .after_rows = &new_rows});
//
// Asked of both tables is every pair of a group (of the rows or the policy, aliases and automatic names included) and a
// model (listed, pattern or alias, as a literal name) that either side knows, as requests of users of that group, and
// of the default group for automatic names. The answers are those of selections, fallback and model rules included,
// with every channel in order.
//
// Thread safety: thread-safe (pure functions); a Diff is plain values and owns its texts.
// Cost: two selections' walks for each pair; tiers that are equal are compared once. Allocates for what differs.
#ifndef POINTSMAN_DIFF_H_
#define POINTSMAN_DIFF_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pointsman/caller.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/route_table.h"
#include "pointsman/selection.h"

namespace pointsman::inline v0 {

// What one side answers to a request.
struct RouteSide {
  Reason reason = Reason::kNone;  // kNone: it is served, by the following
  std::string group;
  std::string model;  // as listed
  MatchRule rule = MatchRule::kExact;
  std::size_t channels = 0;  // that a walk of attempts could reach in all of the plan, whatever its budget
};

// A channel's part in the first attempt.
struct ShareMove {
  std::int64_t channel_id = 0;
  Share before;
  Share after;

  friend bool operator==(const ShareMove&, const ShareMove&) = default;
};

struct RouteDiff {
  std::string group;  // as requested
  std::string model;
  RouteSide before;
  RouteSide after;
  std::vector<ShareMove> moved;  // of channels whose share differs, by id

  bool changes_group() const { return before.group != after.group; }
  // Fewer channels than before, and at most one to spare.
  bool loses_backups() const { return after.channels < before.channels && after.channels <= 2; }
};

// A token that may call other models than before and be served.
struct TokenDiff {
  std::int64_t id = 0;
  std::string name;
  bool was_there = true;
  bool is_there = true;
  CallerRefusal before = CallerRefusal::kNone;
  CallerRefusal after = CallerRefusal::kNone;
  std::vector<std::string> gained;  // in byte order, at most DiffOptions::models_per_token
  std::vector<std::string> lost;
  std::size_t gained_total = 0;
  std::size_t lost_total = 0;
};

struct POINTSMAN_EXPORT Diff {
  std::string before_hash;
  std::string after_hash;
  std::size_t groups = 0;  // that were asked for
  std::size_t models = 0;
  std::size_t served_before = 0;  // pairs of them
  std::size_t served_after = 0;

  // By group, then model.
  std::vector<RouteDiff> lost;     // served before, without an answer afterwards
  std::vector<RouteDiff> gained;   // the other way round
  std::vector<RouteDiff> changed;  // first shares moved, another group serves, or backups are lost
  std::size_t later_only = 0;      // pairs that differ only in who is tried later
  std::vector<TokenDiff> tokens;   // by id; none unless rows were given

  bool ok() const { return lost.empty(); }
  bool empty() const { return lost.empty() && gained.empty() && changed.empty() && later_only == 0 && tokens.empty(); }
  // "2 routes lost, 1 gained, 30 changed; 12 tokens gain models, 0 lose some".
  std::string Summary() const;
};

struct DiffOptions {
  // Both or none: the tokens and users of each side, which must outlive the call.
  const Rows* before_rows = nullptr;
  const Rows* after_rows = nullptr;
  std::optional<std::int64_t> now{};   // Unix seconds, to judge expired_time; nothing: it is not judged
  std::size_t models_per_token = 200;  // that are named; all are counted
};

POINTSMAN_EXPORT Diff CompareTables(const RouteTable& before, const RouteTable& after, const DiffOptions& options = {});

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_DIFF_H_
