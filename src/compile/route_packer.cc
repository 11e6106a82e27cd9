#include "compile/route_packer.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kStaged = 32;  // routes at a time

// Sorts what is nearly always sorted already.
template <class Items, class Before>
void SortFew(Items&& items, Before before) {
  if (!std::is_sorted(items.begin(), items.end(), before)) std::sort(items.begin(), items.end(), before);
}

}  // namespace

RoutePacker::RoutePacker(TableData& data, const Offers& offers, std::size_t count,
                         const std::function<void(std::uint32_t)>& repeated)
    : data_(data), offers_(offers), repeated_(repeated), pool_(data), lists_(offers, count) {}

void RoutePacker::AddGroup(std::uint32_t group, std::span<RoutedCandidate> candidates) {
  group_ = group;
  SortByModel(candidates);
  for (std::size_t begin = 0, end = 0; begin < candidates.size(); begin = end) {
    while (end < candidates.size() && candidates[end].model == candidates[begin].model) ++end;
    AddRoute(candidates.subspan(begin, end - begin));
    if (routes_.size() == kStaged) StoreStaged();
  }
  StoreStaged();
  data_.rows.Append(row_, static_cast<std::uint32_t>(data_.models.size()));
  row_.clear();
}

void RoutePacker::Finish() {
  data_.blocks = Blocks(pool_.TakeBlocks());
  data_.outs.shrink_to_fit();
  data_.mixed.shrink_to_fit();
  data_.rows.ShrinkToFit();
  data_.content_hash = ContentHash(data_);
}

// Stable: by counting, or by comparing where the group lists few of the models.
void RoutePacker::SortByModel(std::span<RoutedCandidate> candidates) {
  const auto before = [](const RoutedCandidate& a, const RoutedCandidate& b) {
    return std::tie(a.model, a.row) < std::tie(b.model, b.row);
  };
  if (candidates.size() < data_.models.size() / 8) {
    SortFew(candidates, before);
    return;
  }
  if (std::is_sorted(candidates.begin(), candidates.end(), before)) return;
  place_of_model_.assign(data_.models.size() + 1, 0);
  for (const RoutedCandidate& c : candidates) ++place_of_model_[c.model + 1];
  std::partial_sum(place_of_model_.begin(), place_of_model_.end(), place_of_model_.begin());
  sorted_.resize(std::max(sorted_.size(), candidates.size()));
  for (const RoutedCandidate& c : candidates) sorted_[place_of_model_[c.model]++] = c;
  std::copy_n(sorted_.begin(), candidates.size(), candidates.begin());
}

void RoutePacker::AddRoute(std::span<RoutedCandidate> candidates) {
  StagedRoute route{.list = DropRepeats(candidates)};
  route.tag = lists_.TagOf(route.list);
  if (const PooledTier* first = lists_.Find(route.tag, route.list)) {
    route.known = true;
    route.first = *first;
  } else {
    StageTiers(route);
  }
  routes_.push_back(route);
}

// Sorts by channel. Of each channel the first row counts.
std::span<const RoutedCandidate> RoutePacker::DropRepeats(std::span<RoutedCandidate> candidates) {
  const auto channel = [&](const RoutedCandidate& c) { return offers_[c.offer].channel; };
  SortFew(candidates, [&](const RoutedCandidate& a, const RoutedCandidate& b) {
    return channel(a) != channel(b) ? channel(a) < channel(b) : a.row < b.row;
  });
  std::size_t kept = 1;
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    if (channel(candidates[i]) == channel(candidates[kept - 1])) {
      repeated_(candidates[i].row);
    } else {
      candidates[kept++] = candidates[i];
    }
  }
  return candidates.first(kept);
}

// From the lowest up, since a tier names the one below it.
void RoutePacker::StageTiers(StagedRoute& route) {
  in_order_.clear();
  for (const RoutedCandidate& c : route.list) {
    if (offers_[c.offer].status == CandidateStatus::kEligible) in_order_.push_back(offers_[c.offer]);
  }
  SortFew(in_order_, [](const NumberedOffer& a, const NumberedOffer& b) {
    return a.priority != b.priority ? a.priority < b.priority : a.channel < b.channel;
  });
  if (!in_order_.empty() && IsMixed(in_order_.back().priority)) {
    const std::uint32_t top = in_order_.back().priority;
    for (NumberedOffer& offer : in_order_) offer.priority = top;
    SortFew(in_order_, [](const NumberedOffer& a, const NumberedOffer& b) { return a.channel < b.channel; });
  }
  for (std::size_t i = 0; i < in_order_.size();) {
    const std::uint32_t priority = in_order_[i].priority;
    const std::size_t begin = staged_candidates_.size();
    for (; i < in_order_.size() && in_order_[i].priority == priority; ++i) {
      staged_candidates_.push_back({.channel = in_order_[i].channel, .weight = in_order_[i].weight});
    }
    const std::span<const WeightedChannel> tier = std::span(staged_candidates_).subspan(begin);
    route.first.digest = pool_.DigestOf(tier, priority, route.first.digest);
    pool_.Prefetch(route.first.digest);
    tiers_.push_back(
        {.size = static_cast<std::uint32_t>(tier.size()), .priority = priority, .digest = route.first.digest});
    ++route.new_tiers;
  }
}

void RoutePacker::StoreStaged() {
  auto tier = tiers_.begin();
  const WeightedChannel* candidates = staged_candidates_.data();
  for (StagedRoute& route : routes_) {
    for (std::uint32_t i = 0; i < route.new_tiers; ++i, ++tier) {
      route.first.ref = pool_.Intern({candidates, tier->size}, tier->priority, route.first.ref, tier->digest);
      candidates += tier->size;
    }
    if (!route.known) lists_.Remember(route.tag, route.list, route.first);
    const std::uint32_t model = route.list.front().model;
    row_.push_back({.model = model, .first = route.first.ref});
    data_.routes_digest += RouteDigest(group_, model, route.first.digest);
    ++data_.listed_routes;
    if (route.first.ref != kAllOut) ++data_.serving_routes;
    NoteOuts(route.list);
    NoteMixed(route);
  }
  routes_.clear();
  tiers_.clear();
  staged_candidates_.clear();
}

bool RoutePacker::IsMixed(std::uint32_t top_priority) const {
  return data_.policy.priorities.tiers == PriorityTiers::kAboveZero && data_.priorities[top_priority] <= 0;
}

void RoutePacker::NoteMixed(const StagedRoute& route) {
  if (data_.policy.priorities.tiers != PriorityTiers::kAboveZero || route.first.ref == kAllOut) return;
  const std::uint32_t top = pool_.PriorityOf(route.first.ref);
  if (!IsMixed(top)) return;
  for (const RoutedCandidate& c : route.list) {
    const NumberedOffer& offer = offers_[c.offer];
    if (offer.status != CandidateStatus::kEligible || offer.priority == top) continue;
    data_.mixed.push_back(
        {.group = group_, .model = c.model, .channel = offer.channel, .priority = data_.priorities[offer.priority]});
  }
}

// In the order in which people read: the highest priority first.
void RoutePacker::NoteOuts(std::span<const RoutedCandidate> list) {
  const auto before = static_cast<std::ptrdiff_t>(data_.outs.size());
  for (const RoutedCandidate& c : list) {
    const NumberedOffer& offer = offers_[c.offer];
    if (offer.status == CandidateStatus::kEligible) continue;
    data_.outs.push_back({.group = group_,
                          .model = c.model,
                          .priority = data_.priorities[offer.priority],
                          .channel = offer.channel,
                          .weight = offer.weight,
                          .status = offer.status});
  }
  std::sort(data_.outs.begin() + before, data_.outs.end(), [](const OutRecord& a, const OutRecord& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.channel < b.channel;
  });
}

}  // namespace pointsman::inline v0
