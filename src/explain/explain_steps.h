// The steps of an explanation that have a file of their own. Explain (explain.cc) calls them in this order.
//
// Thread safety: thread-safe (pure functions over an immutable table).
#ifndef POINTSMAN_SRC_EXPLAIN_EXPLAIN_STEPS_H_
#define POINTSMAN_SRC_EXPLAIN_EXPLAIN_STEPS_H_

#include <string>
#include <string_view>

#include "pointsman/caller.h"
#include "pointsman/explain.h"
#include "pointsman/request.h"
#include "pointsman/route_table.h"
#include "publish/published.h"

namespace pointsman::inline v0 {

inline constexpr std::size_t kMostNearMisses = 10;

// Fills everything from the reason to the tiers: what a selection would do now, group by group.
void WalkSteps(const Published& now, const Request& request, const Attempts* attempts, Explanation& e);

// All of it. `attempts` and `caller` may be null.
Explanation ExplainPublished(const Published& now, const Request& request, const Attempts* attempts,
                             const Caller* caller);

// Fills near_misses: the model under other groups, and names that differ only in case, surrounding blanks or two edits.
void FindNearMisses(const RouteTable& table, Explanation& e);

// Fills chain: channel, ability, token, table.
void BuildChain(const RouteTable& table, const Request& request, const Caller* caller, Explanation& e);

// Fills hints: what an operator can do about it.
void AddHints(const RouteTable& table, Explanation& e);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_EXPLAIN_EXPLAIN_STEPS_H_
