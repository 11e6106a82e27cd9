// TableData: the packed form of a route table: arrays and numbers.
//
//   group name -> group_table -> g ┐
//                                  ├-> rows.Find(g, m) -> blocks[tier] -> channel number -> channels[c]
//   model name -> model_table -> m ┘                        └-> next lower tier
//
// Hot: what a selection reads, and nothing else. Cold: texts, names and what is out, for people.
//
// Invariants, set up by Compile and relied on everywhere:
//   1. groups, models and channels are sorted (bytes, bytes, id) and without repeats; so are the priorities.
//   2. A tier's candidates are sorted by channel; there is at least one.
//   3. A tier's next has a smaller priority. Equal tiers (raw weights and next included) are stored once.
//   4. Everything is numbered by content alone, never by the order of rows or by a hash: equal content, equal arrays.
//
// A patched table shares names, texts and most blocks with the one that it was made from. There some blocks are dead,
// equal tiers may be there twice, and removed channels keep their number; names and routes are as if compiled anew.
//
// Thread safety: immutable once it is in a RouteTable.
#ifndef POINTSMAN_SRC_TABLE_TABLE_DATA_H_
#define POINTSMAN_SRC_TABLE_TABLE_DATA_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/channel_keys.h"
#include "pointsman/policy.h"
#include "pointsman/route_table.h"
#include "policy/model_matcher.h"
#include "policy/plans.h"
#include "table/blocks.h"
#include "table/channel_routes.h"
#include "table/name_table.h"
#include "table/route_rows.h"
#include "table/tier_block.h"
#include "table/word_hasher.h"

namespace pointsman::inline v0 {

struct ChannelRecord {
  std::int64_t id = 0;
  std::int64_t type = 0;
  std::int64_t status = 0;
  std::uint64_t cookie = 0;
  std::string_view name;
  std::string_view tag;
  ChannelKeys keys;  // never malformed
  bool enabled = false;
  bool removed = false;  // by a patch: no tier names it, and nobody is told of it
};

// A candidate that cannot be drawn; kept for explanations only.
struct OutRecord {
  std::uint32_t group = 0;
  std::uint32_t model = 0;
  std::int64_t priority = 0;
  std::uint32_t channel = 0;
  std::uint32_t weight = 0;
  CandidateStatus status = CandidateStatus::kChannelDisabled;
};

// The priority of a candidate whose tier does not say it: where PriorityTiers::kAboveZero makes one tier of several.
struct MixedRecord {
  std::uint32_t group = 0;
  std::uint32_t model = 0;
  std::uint32_t channel = 0;
  std::int64_t priority = 0;
};

struct TableData {
  TableData() = default;
  TableData& operator=(const TableData&) = delete;
  // Shares what is not copied: for Patch, which changes some of the rest.
  std::unique_ptr<TableData> Fork() const;

  // Sets up everything that is looked up by name. REQUIRES: policy, groups and models are set.
  void IndexNames();

  // Hot.
  bool simple = true;      // no plans, permissions, model rules or balance: a name is a number or nothing
  NameTable plain_groups;  // group_table without the names that the policy has something else to say about
  NameTable model_table;
  RouteRows rows;
  Blocks blocks;
  std::vector<std::int64_t> priorities;
  Policy policy;
  std::size_t listed_routes = 0;

  // Warm: what a selection reads where the names alone do not decide.
  NameTable group_table;
  std::shared_ptr<const Plans> plans = std::make_shared<const Plans>();
  std::shared_ptr<const ModelMatcher> matcher = std::make_shared<const ModelMatcher>();
  std::vector<Balance> balances;  // by group; none where all are by chance

  // Cold.
  RowSource believed = RowSource::kChannels;
  std::shared_ptr<const std::string> texts;                    // what the views point into
  std::shared_ptr<const std::vector<KeyStatus>> key_statuses;  // what the channels' keys view
  std::vector<std::string_view> groups;
  std::vector<std::string_view> models;
  std::vector<ChannelRecord> channels;
  std::size_t removed_channels = 0;
  std::vector<OutRecord> outs;     // sorted by group, model, priority (descending), channel
  std::vector<MixedRecord> mixed;  // sorted by group, model, channel; none where the tier says it
  std::size_t serving_routes = 0;
  std::size_t tiers = 0;
  Digest routes_digest;
  std::string content_hash;

  // Of a patched table.
  std::shared_ptr<const ChannelRoutes> routes_of_channel;
  std::size_t dead_words = 0;  // of the blocks

  // Of a group's number.
  Balance BalanceOf(std::uint32_t group) const { return balances.empty() ? Balance::kWeightedRandom : balances[group]; }

  // As the rows say it, of a candidate of a tier of that route.
  std::int64_t PriorityOf(std::uint32_t group, std::uint32_t model, const TierBlock& of, std::uint32_t i) const;

  TierBlock tier(TierRef ref) const { return TierBlock(blocks.data() + ref); }

 private:
  TableData(const TableData&) = default;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_TABLE_DATA_H_
