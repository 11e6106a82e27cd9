#include "compile/pack.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "compile/tier_pool.h"
#include "table/content_hash.h"

namespace pointsman::inline v0 {
namespace {

// Sorts names by bytes; returns for each old number its new one.
std::vector<std::uint32_t> SortNames(const NamePool& pool, std::vector<std::string_view>& sorted) {
  std::vector<std::uint32_t> order(pool.names().size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return pool.names()[a] < pool.names()[b]; });
  std::vector<std::uint32_t> rank(order.size());
  sorted.clear();
  for (const std::uint32_t old : order) {
    rank[old] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(pool.names()[old]);
  }
  return rank;
}

// Copies every text that the table keeps into one string, and points the views there.
void OwnTexts(TableData& data) {
  std::size_t bytes = 0;
  const auto each = [&](const auto& use) {
    for (std::string_view& name : data.groups) use(name);
    for (std::string_view& name : data.models) use(name);
    for (ChannelRecord& channel : data.channels) {
      use(channel.name);
      use(channel.tag);
    }
  };
  each([&](std::string_view& text) { bytes += text.size(); });
  auto texts = std::make_shared<std::string>();
  texts->reserve(bytes);
  each([&](std::string_view& text) {
    const std::size_t at = texts->size();
    *texts += text;
    text = std::string_view(*texts).substr(at, text.size());
  });
  data.texts = std::move(texts);
}

// A stable counting sort by one of the two numbers of a route.
template <std::uint32_t DraftCandidate::* kNumber>
void SortBy(std::size_t numbers, std::vector<DraftCandidate>& candidates, std::vector<DraftCandidate>& scratch) {
  std::vector<std::size_t> place(numbers + 1, 0);
  for (const DraftCandidate& c : candidates) ++place[c.*kNumber + 1];
  std::partial_sum(place.begin(), place.end(), place.begin());
  scratch.resize(candidates.size());
  for (const DraftCandidate& c : candidates) scratch[place[c.*kNumber]++] = c;
  candidates.swap(scratch);
}

void SortByRoute(const TableData& data, std::vector<DraftCandidate>& candidates) {
  const auto before = [](const DraftCandidate& a, const DraftCandidate& b) {
    return std::tie(a.group, a.model) < std::tie(b.group, b.model);
  };
  if (std::is_sorted(candidates.begin(), candidates.end(), before)) return;
  std::vector<DraftCandidate> scratch;
  SortBy<&DraftCandidate::model>(data.models.size(), candidates, scratch);
  SortBy<&DraftCandidate::group>(data.groups.size(), candidates, scratch);
}

void SortPriorities(const std::vector<DraftCandidate>& candidates, std::vector<std::int64_t>& priorities) {
  absl::flat_hash_set<std::int64_t> seen;
  for (const DraftCandidate& c : candidates) seen.insert(c.priority);
  priorities.assign(seen.begin(), seen.end());
  std::sort(priorities.begin(), priorities.end());
}

// A channel lists its vendor's whole catalogue, so most routes have the candidates of another. Remembers every distinct
// list of candidates by where it first stood, and what came of it.
class ListMemo {
 public:
  // The place for the tier that `list` becomes: set already if an equal list was there before.
  PooledTier* Find(std::span<const DraftCandidate> list) {
    if (2 * memos_.size() >= places_.size()) Grow();
    const std::uint32_t tag = TagOf(list);
    for (std::size_t at = tag & (places_.size() - 1);; at = (at + 1) & (places_.size() - 1)) {
      std::uint32_t& place = places_[at];
      if (place == kNoIndex) {
        place = static_cast<std::uint32_t>(memos_.size());
        memos_.push_back({.list = list, .tag = tag, .tier = {.ref = kNotListed}});
        return &memos_.back().tier;
      }
      if (memos_[place].tag == tag && Equal(memos_[place].list, list)) return &memos_[place].tier;
    }
  }

 private:
  struct Memo {
    std::span<const DraftCandidate> list;
    std::uint32_t tag = 0;
    PooledTier tier;
  };

  static std::uint32_t TagOf(std::span<const DraftCandidate> list) {
    std::uint64_t hash = list.size();
    for (const DraftCandidate& c : list) {
      hash = name_hash::Fold(hash ^ (std::uint64_t{c.channel} << 32 | c.weight), 0xa0761d6478bd642fu) +
             static_cast<std::uint64_t>(c.priority) * 0xe7037ed1a0b428dbu;
    }
    return static_cast<std::uint32_t>(hash >> 32);
  }

  static bool Equal(std::span<const DraftCandidate> a, std::span<const DraftCandidate> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const DraftCandidate& x, const DraftCandidate& y) {
      return x.channel == y.channel && x.weight == y.weight && x.priority == y.priority && x.status == y.status;
    });
  }

  void Grow() {
    places_.assign(4 * places_.size(), kNoIndex);
    for (std::uint32_t i = 0; i < memos_.size(); ++i) {
      std::size_t at = memos_[i].tag & (places_.size() - 1);
      while (places_[at] != kNoIndex) at = (at + 1) & (places_.size() - 1);
      places_[at] = i;
    }
  }

  std::vector<Memo> memos_;
  std::vector<std::uint32_t> places_ = std::vector<std::uint32_t>(1024, kNoIndex);
};

// Sorts what is nearly always sorted already.
template <class Before>
void SortFew(std::span<DraftCandidate> candidates, Before before) {
  if (!std::is_sorted(candidates.begin(), candidates.end(), before))
    std::sort(candidates.begin(), candidates.end(), before);
}

// Packs the candidates of one route after the other.
class RoutePacker {
 public:
  RoutePacker(TableData& data, const std::function<void(std::uint32_t)>& repeated)
      : data_(data), repeated_(repeated), pool_(data) {}

  // `candidates` are all of one route.
  void Add(std::span<DraftCandidate> candidates) {
    const std::uint32_t group = candidates.front().group;
    const std::uint32_t model = candidates.front().model;
    candidates = DropRepeats(candidates);
    PooledTier* known = lists_.Find(candidates);
    if (known->ref == kNotListed) *known = AddTiers(candidates);
    const PooledTier first = *known;
    NoteOuts(candidates);
    while (next_group_ < group) CloseGroup();
    row_.push_back({.model = model, .first = first.ref});
    data_.routes_digest += RouteDigest(group, model, first.digest);
    ++data_.listed_routes;
    if (first.ref != kAllOut) ++data_.serving_routes;
  }

  void Finish() {
    while (next_group_ < data_.groups.size()) CloseGroup();
    data_.blocks = Blocks(pool_.TakeBlocks());
    data_.outs.shrink_to_fit();
    data_.rows.ShrinkToFit();
    data_.content_hash = ContentHash(data_);
  }

 private:
  // Of each channel the first row counts.
  std::span<DraftCandidate> DropRepeats(std::span<DraftCandidate> candidates) {
    SortFew(candidates, [](const DraftCandidate& a, const DraftCandidate& b) {
      return a.channel != b.channel ? a.channel < b.channel : a.row < b.row;
    });
    std::size_t kept = 1;
    for (std::size_t i = 1; i < candidates.size(); ++i) {
      if (candidates[i].channel == candidates[kept - 1].channel) {
        repeated_(candidates[i].row);
      } else {
        candidates[kept++] = candidates[i];
      }
    }
    return candidates.first(kept);
  }

  // From the lowest up, since a tier names the one below it.
  PooledTier AddTiers(std::span<const DraftCandidate> list) {
    in_order_.assign(list.begin(), list.end());
    SortFew(in_order_, [](const DraftCandidate& a, const DraftCandidate& b) {
      return a.priority != b.priority ? a.priority < b.priority : a.channel < b.channel;
    });
    PooledTier tier;
    for (std::size_t i = 0; i < in_order_.size();) {
      const std::int64_t priority = in_order_[i].priority;
      in_.clear();
      for (; i < in_order_.size() && in_order_[i].priority == priority; ++i) {
        if (in_order_[i].status != CandidateStatus::kEligible) continue;
        in_.push_back({.channel = in_order_[i].channel, .weight = in_order_[i].weight});
      }
      if (!in_.empty()) tier = pool_.Intern(in_, NumberOf(priority), tier);
    }
    return tier;
  }

  // In the order in which people read: the highest priority first.
  void NoteOuts(std::span<const DraftCandidate> candidates) {
    const std::size_t before = data_.outs.size();
    for (const DraftCandidate& c : candidates) {
      if (c.status == CandidateStatus::kEligible) continue;
      data_.outs.push_back({.group = c.group,
                            .model = c.model,
                            .priority = c.priority,
                            .channel = c.channel,
                            .weight = c.weight,
                            .status = c.status});
    }
    std::sort(data_.outs.begin() + static_cast<std::ptrdiff_t>(before), data_.outs.end(),
              [](const OutRecord& a, const OutRecord& b) {
                return a.priority != b.priority ? a.priority > b.priority : a.channel < b.channel;
              });
  }

  std::uint32_t NumberOf(std::int64_t priority) const {
    const auto found = std::lower_bound(data_.priorities.begin(), data_.priorities.end(), priority);
    return static_cast<std::uint32_t>(found - data_.priorities.begin());
  }

  void CloseGroup() {
    data_.rows.Append(row_, static_cast<std::uint32_t>(data_.models.size()));
    row_.clear();
    ++next_group_;
  }

  TableData& data_;
  const std::function<void(std::uint32_t)>& repeated_;
  TierPool pool_;
  ListMemo lists_;
  std::vector<DraftCandidate> in_order_;
  std::uint32_t next_group_ = 0;  // whose row is being filled
  std::vector<ListedRoute> row_;
  std::vector<WeightedChannel> in_;
};

void PackRoutes(std::vector<DraftCandidate>& candidates, TableData& data,
                const std::function<void(std::uint32_t)>& repeated) {
  RoutePacker packer(data, repeated);
  for (std::size_t begin = 0; begin < candidates.size();) {
    std::size_t end = begin + 1;
    while (end < candidates.size() && candidates[end].group == candidates[begin].group &&
           candidates[end].model == candidates[begin].model) {
      ++end;
    }
    packer.Add(std::span(candidates).subspan(begin, end - begin));
    begin = end;
  }
  packer.Finish();
}

}  // namespace

void Pack(Draft draft, TableData& data, const std::function<void(std::uint32_t row)>& repeated) {
  const std::vector<std::uint32_t> group_rank = SortNames(draft.groups, data.groups);
  const std::vector<std::uint32_t> model_rank = SortNames(draft.models, data.models);
  for (DraftCandidate& c : draft.candidates) {
    c.group = group_rank[c.group];
    c.model = model_rank[c.model];
  }
  data.believed = draft.believed;
  data.channels = std::move(draft.channels);
  OwnTexts(data);
  data.group_table.Build(data.groups, ProcessSeed());
  data.model_table.Build(data.models, ProcessSeed());
  SortPriorities(draft.candidates, data.priorities);
  SortByRoute(data, draft.candidates);
  PackRoutes(draft.candidates, data, repeated);
}

}  // namespace pointsman::inline v0
