// RouteRows: (group number, model number) -> the route's first tier, one array access for most groups.
//
// A row per group. A group that lists many of the models has a dense row, indexed by the model; one that lists few has
// a small hash table of pairs instead, whichever takes less memory.
//
// Thread safety: immutable once built. Cost of Find: one or two loads.
// Limits: 2^32-1 words in all.
#ifndef POINTSMAN_SRC_TABLE_ROUTE_ROWS_H_
#define POINTSMAN_SRC_TABLE_ROUTE_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "table/tier_block.h"

namespace pointsman::inline v0 {

struct ListedRoute {
  std::uint32_t model = 0;
  TierRef first = kNotListed;
};

class RouteRows {
 public:
  // Appends the next group's row. `routes` are sorted by model; none is kNotListed.
  void Append(std::span<const ListedRoute> routes, std::uint32_t models);

  // REQUIRES: group and model are numbers of the table.
  TierRef Find(std::uint32_t group, std::uint32_t model) const noexcept {
    const Row& row = rows_[group];
    if (row.mask == kDense) return words_[row.begin + model];
    for (std::uint32_t at = Spread(model) & row.mask;; at = (at + 1) & row.mask) {
      const std::uint32_t* pair = &words_[row.begin + 2 * std::size_t{at}];
      if (pair[1] == kNotListed || pair[0] == model) return pair[1];
    }
  }

  // For a copy that is not yet in a table. REQUIRES: the pair is listed.
  void Replace(std::uint32_t group, std::uint32_t model, TierRef first);
  void Remove(std::uint32_t group, std::uint32_t model);

  // The routes of a group, sorted by model.
  std::vector<ListedRoute> RoutesOf(std::uint32_t group) const;

  std::size_t memory_bytes() const {
    return rows_.capacity() * sizeof(Row) + words_.capacity() * sizeof(std::uint32_t);
  }
  void ShrinkToFit();

 private:
  static constexpr std::uint32_t kDense = 0xffffffffu;
  struct Row {
    std::uint32_t begin = 0;
    std::uint32_t mask = kDense;  // of the pairs
  };
  void InsertPair(const Row& row, const ListedRoute& route);
  static std::uint32_t Spread(std::uint32_t model) { return model * 0x9e3779b1u >> 7; }

  std::vector<Row> rows_;
  std::vector<std::uint32_t> words_;
  std::uint32_t models_ = 0;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_ROUTE_ROWS_H_
