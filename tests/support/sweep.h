// Sweep: every draw that a tier can yield, counted. What a share is, without chance.
#ifndef POINTSMAN_TESTS_SUPPORT_SWEEP_H_
#define POINTSMAN_TESTS_SUPPORT_SWEEP_H_

#include <cstdint>
#include <map>
#include <string_view>

#include "pointsman/route_table.h"
#include "table/table_data.h"

namespace pointsman::testing {

// The tier that a selection for the pair draws from. REQUIRES: there is one.
inline TierBlock TopTier(const RouteTable& table, std::string_view group, std::string_view model) {
  const TableData& data = table.data();
  return data.tier(data.rows.Find(data.group_table.Find(group), data.model_table.Find(model)));
}

// How many of all tickets of all columns each channel holds: exactly size() times its drawn weight, if all is well.
inline std::map<std::int64_t, std::uint64_t> TicketsHeld(const RouteTable& table, const TierBlock& tier) {
  std::map<std::int64_t, std::uint64_t> held;
  for (std::uint32_t column = 0; column < tier.size(); ++column) {
    for (std::uint64_t ticket = 0; ticket < tier.tickets(); ++ticket) {
      ++held[table.data().channels[tier.channel(tier.Holder(column, ticket))].id];
    }
  }
  return held;
}

// The same, divided by the number of columns: the drawn weight of each channel that can be drawn at all.
// A remainder shows as a weight of 2^64-1, which no expectation has.
inline std::map<std::int64_t, std::uint64_t> SweptWeights(const RouteTable& table, std::string_view group,
                                                          std::string_view model) {
  const TierBlock tier = TopTier(table, group, model);
  std::map<std::int64_t, std::uint64_t> weights = TicketsHeld(table, tier);
  for (auto& [id, tickets] : weights) tickets = tickets % tier.size() == 0 ? tickets / tier.size() : ~std::uint64_t{0};
  return weights;
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_SWEEP_H_
