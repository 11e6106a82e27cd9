#include "compile/pack.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <span>
#include <utility>

#include "compile/offers.h"
#include "compile/route_packer.h"

namespace pointsman::inline v0 {
namespace {

// Any odd words with about half of their bits set.
constexpr std::uint64_t kMixFirst = 0xa0761d6478bd642fu;
constexpr std::uint64_t kMixRest = 0xe7037ed1a0b428dbu;

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

// The same for the statuses of keys.
void OwnKeyStatuses(TableData& data) {
  std::size_t statuses = 0;
  for (const ChannelRecord& channel : data.channels) statuses += channel.keys.disabled.size();
  auto kept = std::make_shared<std::vector<KeyStatus>>();
  kept->reserve(statuses);
  for (ChannelRecord& channel : data.channels) {
    std::span<const KeyStatus>& disabled = channel.keys.disabled;
    const auto at = kept->insert(kept->end(), disabled.begin(), disabled.end());
    disabled = std::span(kept->data() + (at - kept->begin()), disabled.size());
  }
  data.key_statuses = std::move(kept);
}

void SortPriorities(const std::vector<Offer>& offers, std::vector<std::int64_t>& priorities) {
  for (const Offer& offer : offers) {
    if (priorities.empty() || priorities.back() != offer.priority) priorities.push_back(offer.priority);
  }
  std::sort(priorities.begin(), priorities.end());
  priorities.erase(std::unique(priorities.begin(), priorities.end()), priorities.end());
  priorities.shrink_to_fit();
}

Offers NumberOffers(const std::vector<Offer>& offers, const std::vector<std::int64_t>& priorities) {
  Offers numbered;
  numbered.reserve(offers.size());
  for (const Offer& offer : offers) {
    const auto found = std::lower_bound(priorities.begin(), priorities.end(), offer.priority);
    const auto priority = static_cast<std::uint32_t>(found - priorities.begin());
    const std::uint64_t rest = std::uint64_t{priority} << 3 | static_cast<std::uint64_t>(offer.status);
    numbered.push_back(
        {.mix = name_hash::Fold((std::uint64_t{offer.channel} << 32 | offer.weight) ^ kMixFirst, rest ^ kMixRest),
         .channel = offer.channel,
         .weight = offer.weight,
         .priority = priority,
         .status = offer.status});
  }
  return numbered;
}

// The candidates of each group together, in the order of their rows.
struct Grouped {
  std::vector<RoutedCandidate> candidates;
  std::vector<std::size_t> ends;  // of each group
};

Grouped GroupCandidates(const std::vector<DraftCandidate>& candidates, const std::vector<std::uint32_t>& group_rank,
                        const std::vector<std::uint32_t>& model_rank) {
  Grouped grouped{.candidates = std::vector<RoutedCandidate>(candidates.size()),
                  .ends = std::vector<std::size_t>(group_rank.size() + 1, 0)};
  std::vector<std::size_t>& place = grouped.ends;
  std::vector<std::size_t> counts(group_rank.size(), 0);
  for (const DraftCandidate& c : candidates) ++counts[c.group];
  for (std::size_t g = 0; g < counts.size(); ++g) place[group_rank[g] + 1] = counts[g];
  std::partial_sum(place.begin(), place.end(), place.begin());
  for (const DraftCandidate& c : candidates) {
    grouped.candidates[place[group_rank[c.group]]++] = {.model = model_rank[c.model], .offer = c.offer, .row = c.row};
  }
  return grouped;  // every place has moved to the end of its group
}

void PackRoutes(const Draft& draft, const std::vector<std::uint32_t>& group_rank,
                const std::vector<std::uint32_t>& model_rank, TableData& data,
                const std::function<void(std::uint32_t)>& repeated) {
  const Offers offers = NumberOffers(draft.offers, data.priorities);
  Grouped grouped = GroupCandidates(draft.candidates, group_rank, model_rank);
  RoutePacker packer(data, offers, grouped.candidates.size(), repeated);
  std::size_t begin = 0;
  for (std::uint32_t g = 0; g < data.groups.size(); ++g) {
    packer.AddGroup(g, std::span(grouped.candidates).subspan(begin, grouped.ends[g] - begin));
    begin = grouped.ends[g];
  }
  packer.Finish();
}

}  // namespace

void Pack(Draft draft, TableData& data, const std::function<void(std::uint32_t row)>& repeated) {
  const std::vector<std::uint32_t> group_rank = SortNames(draft.groups, data.groups);
  const std::vector<std::uint32_t> model_rank = SortNames(draft.models, data.models);
  data.believed = draft.believed;
  data.channels = std::move(draft.channels);
  OwnTexts(data);
  OwnKeyStatuses(data);
  data.IndexNames();
  SortPriorities(draft.offers, data.priorities);
  PackRoutes(draft, group_rank, model_rank, data, repeated);
}

}  // namespace pointsman::inline v0
