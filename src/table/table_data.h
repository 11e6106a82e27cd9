// TableData: the packed form of a route table. Everything is an index into an array; texts live in one string.
//
//   group name -> groups[g]  ┐
//                            ├-> route_index[g, m] -> routes[r] -> tiers[t] -> candidates[begin .. begin+size)
//   model name -> models[m]  ┘                                      └-> tiers[next] -> …
//
// Invariants, set up by Compile and relied on everywhere:
//   1. groups, models and channels are sorted (bytes, bytes, id) and without repeats; routes by (group, model).
//   2. A tier's candidates are sorted by channel; every tier has at least one and a total of at least 1.
//   3. `upto` runs parallel to `candidates`: the sum of the drawn weights of the tier up to and including the candidate.
//   4. A tier's `next` has a smaller priority. Equal tiers (next included) are stored once.
//   5. Everything is numbered by content alone, never by the order of rows or by a hash: equal content, equal arrays.
//
// Thread safety: immutable once it is in a RouteTable.
#ifndef POINTSMAN_SRC_TABLE_TABLE_DATA_H_
#define POINTSMAN_SRC_TABLE_TABLE_DATA_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "pointsman/policy.h"
#include "pointsman/route_table.h"
#include "rows/name_hash.h"

namespace pointsman::inline v0 {

inline constexpr std::uint32_t kNoIndex = 0xffffffffu;

struct ChannelRecord {
  std::int64_t id = 0;
  std::int64_t type = 0;
  std::int64_t status = 0;
  std::uint64_t cookie = 0;
  std::string_view name;
  std::string_view tag;
  bool enabled = false;
};

struct CandidateRecord {
  std::uint32_t channel = 0;
  std::uint32_t weight = 0;  // as the rows say it
  friend bool operator==(const CandidateRecord&, const CandidateRecord&) = default;
};

struct TierRecord {
  std::int64_t priority = 0;
  std::uint64_t total = 0;  // sum of the drawn weights: the weights, or 1 each where all of them are 0
  std::uint32_t begin = 0;
  std::uint32_t size = 0;
  std::uint32_t next = kNoIndex;
  bool uniform = false;     // all weights are 0
};

// A candidate that cannot be drawn; kept for explanations only.
struct OutRecord {
  std::int64_t priority = 0;
  std::uint32_t channel = 0;
  std::uint32_t weight = 0;
  CandidateStatus status = CandidateStatus::kChannelDisabled;
};

struct RouteRecord {
  std::uint32_t group = 0;
  std::uint32_t model = 0;
  std::uint32_t first_tier = kNoIndex;  // the highest; none: every candidate is out
  std::uint32_t out_begin = 0;
  std::uint32_t out_size = 0;
};

using NameIndex = absl::flat_hash_map<std::string_view, std::uint32_t, NameHash, NameEqual>;

struct TableData {
  TableData() = default;
  TableData(const TableData&) = delete;  // the views below point into `texts`
  TableData& operator=(const TableData&) = delete;

  Policy policy;
  RowSource believed = RowSource::kChannels;

  std::string texts;
  std::vector<std::string_view> groups;
  std::vector<std::string_view> models;
  std::vector<ChannelRecord> channels;

  std::vector<TierRecord> tiers;
  std::vector<CandidateRecord> candidates;
  std::vector<std::uint64_t> upto;
  std::vector<OutRecord> outs;
  std::vector<RouteRecord> routes;

  NameIndex group_index;
  NameIndex model_index;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> route_index;

  std::uint32_t default_group = kNoIndex;
  std::size_t serving_routes = 0;
  std::string content_hash;

  static std::uint64_t RouteKey(std::uint32_t group, std::uint32_t model) {
    return static_cast<std::uint64_t>(group) << 32 | model;
  }
  // Null where no row lists the pair.
  const RouteRecord* FindRoute(std::uint32_t group, std::uint32_t model) const {
    const auto found = route_index.find(RouteKey(group, model));
    return found == route_index.end() ? nullptr : &routes[found->second];
  }
  // kNoIndex for a name that is unknown or longer than any name can be.
  static std::uint32_t FindName(const NameIndex& index, std::string_view name);
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_TABLE_DATA_H_
