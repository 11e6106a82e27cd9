#include "compile/pack.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"

namespace pointsman::inline v0 {
namespace {

// Sorts names by bytes; returns for each old number its new one.
std::vector<std::uint32_t> SortNames(const NamePool& pool, std::vector<std::string_view>& sorted) {
  std::vector<std::uint32_t> order(pool.names().size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return pool.names()[a] < pool.names()[b]; });
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
  data.texts.reserve(bytes);
  each([&](std::string_view& text) {
    const std::size_t at = data.texts.size();
    data.texts += text;
    text = std::string_view(data.texts).substr(at, text.size());
  });
}

void BuildIndex(const std::vector<std::string_view>& names, NameIndex& index) {
  index.reserve(names.size());
  for (std::uint32_t i = 0; i < names.size(); ++i) index.emplace(names[i], i);
}

// Stores each distinct tier once. A tier is tried at the end of the arrays, and taken away again if it is there already.
class TierStore {
 public:
  explicit TierStore(TableData& data) : data_(data), known_(0, Hash{&data}, Equal{&data}) {}

  // `candidates` share one priority and are sorted by channel. Returns the tier's number.
  std::uint32_t Number(std::span<const DraftCandidate> candidates, std::uint32_t next) {
    const auto begin = static_cast<std::uint32_t>(data_.candidates.size());
    for (const DraftCandidate& c : candidates) data_.candidates.push_back({.channel = c.channel, .weight = c.weight});
    const auto tier = static_cast<std::uint32_t>(data_.tiers.size());
    data_.tiers.push_back({.priority = candidates.front().priority,
                           .begin = begin,
                           .size = static_cast<std::uint32_t>(candidates.size()),
                           .next = next});
    const auto [known, added] = known_.insert(tier);
    if (added) {
      SumUp(data_.tiers.back());
    } else {
      data_.tiers.pop_back();
      data_.candidates.resize(begin);
    }
    return *known;
  }

 private:
  static std::span<const CandidateRecord> Candidates(const TableData& data, const TierRecord& tier) {
    return std::span(data.candidates).subspan(tier.begin, tier.size);
  }

  struct Hash {
    const TableData* data;
    std::size_t operator()(std::uint32_t tier) const {
      const TierRecord& t = data->tiers[tier];
      std::size_t hash = absl::HashOf(t.priority, t.next, t.size);
      for (const CandidateRecord& c : Candidates(*data, t)) hash = absl::HashOf(hash, c.channel, c.weight);
      return hash;
    }
  };

  struct Equal {
    const TableData* data;
    bool operator()(std::uint32_t a, std::uint32_t b) const {
      const TierRecord& x = data->tiers[a];
      const TierRecord& y = data->tiers[b];
      const auto xs = Candidates(*data, x);
      const auto ys = Candidates(*data, y);
      return x.priority == y.priority && x.next == y.next && std::equal(xs.begin(), xs.end(), ys.begin(), ys.end());
    }
  };

  void SumUp(TierRecord& tier) {
    const auto candidates = Candidates(data_, tier);
    tier.uniform = std::all_of(candidates.begin(), candidates.end(), [](const CandidateRecord& c) { return c.weight == 0; });
    for (const CandidateRecord& c : candidates) {
      tier.total += tier.uniform ? 1 : c.weight;
      data_.upto.push_back(tier.total);
    }
  }

  TableData& data_;
  absl::flat_hash_set<std::uint32_t, Hash, Equal> known_;
};

bool SameRoute(const DraftCandidate& a, const DraftCandidate& b) { return a.group == b.group && a.model == b.model; }

// All candidates of one route: those that are out are noted, the others become tiers, the lowest first.
void PackRoute(std::span<DraftCandidate> candidates, TierStore& tiers, TableData& data) {
  RouteRecord route{.group = candidates.front().group,
                    .model = candidates.front().model,
                    .out_begin = static_cast<std::uint32_t>(data.outs.size())};
  const auto out = std::stable_partition(candidates.begin(), candidates.end(), [](const DraftCandidate& c) {
    return c.status == CandidateStatus::kEligible;
  });
  for (auto c = out; c != candidates.end(); ++c) {
    data.outs.push_back({.priority = c->priority, .channel = c->channel, .weight = c->weight, .status = c->status});
  }
  route.out_size = static_cast<std::uint32_t>(data.outs.size()) - route.out_begin;

  std::stable_sort(candidates.begin(), out, [](const auto& a, const auto& b) { return a.priority < b.priority; });
  for (auto begin = candidates.begin(); begin != out;) {
    const auto end = std::find_if(begin, out, [&](const DraftCandidate& c) { return c.priority != begin->priority; });
    route.first_tier = tiers.Number(std::span(begin, end), route.first_tier);
    begin = end;
  }
  if (route.first_tier != kNoIndex) ++data.serving_routes;
  data.route_index.emplace(TableData::RouteKey(route.group, route.model), static_cast<std::uint32_t>(data.routes.size()));
  data.routes.push_back(route);
}

void PackRoutes(std::vector<DraftCandidate>& candidates, TableData& data) {
  TierStore tiers(data);
  for (auto begin = candidates.begin(); begin != candidates.end();) {
    const auto end = std::find_if(begin, candidates.end(), [&](const DraftCandidate& c) { return !SameRoute(c, *begin); });
    PackRoute(std::span(begin, end), tiers, data);
    begin = end;
  }
  data.candidates.shrink_to_fit();
  data.upto.shrink_to_fit();
  data.tiers.shrink_to_fit();
  data.routes.shrink_to_fit();
}

// Sorts by route and channel, and drops all but the first row of each.
void SortAndDropRepeats(std::vector<DraftCandidate>& candidates, const std::function<void(std::uint32_t)>& repeated) {
  const auto key = [](const DraftCandidate& c) { return std::tie(c.group, c.model, c.channel, c.row); };
  const auto before = [&](const DraftCandidate& a, const DraftCandidate& b) { return key(a) < key(b); };
  if (!std::is_sorted(candidates.begin(), candidates.end(), before)) std::sort(candidates.begin(), candidates.end(), before);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (kept > 0 && SameRoute(candidates[kept - 1], candidates[i]) && candidates[kept - 1].channel == candidates[i].channel) {
      repeated(candidates[i].row);
    } else {
      candidates[kept++] = candidates[i];
    }
  }
  candidates.resize(kept);
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
  BuildIndex(data.groups, data.group_index);
  BuildIndex(data.models, data.model_index);
  SortAndDropRepeats(draft.candidates, repeated);
  PackRoutes(draft.candidates, data);
}

}  // namespace pointsman::inline v0
