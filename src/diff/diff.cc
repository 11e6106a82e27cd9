#include "pointsman/diff.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "diff/tier_pairs.h"
#include "diff/token_models.h"
#include "pointsman/distribution.h"
#include "select/intact_table.h"

namespace pointsman::inline v0 {
namespace {

std::vector<std::string_view> SortedOnce(std::vector<std::string_view> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<ShareMove> Moves(const std::vector<ChannelShare>& before, const std::vector<ChannelShare>& after) {
  std::vector<ShareMove> moves;
  const auto add = [&](std::int64_t id, const Share& was, const Share& is) {
    if (was != is) moves.push_back({.channel_id = id, .before = was, .after = is});
  };
  auto b = before.begin();
  auto a = after.begin();
  while (b != before.end() || a != after.end()) {
    if (a == after.end() || (b != before.end() && b->channel_id < a->channel_id)) {
      add(b->channel_id, b->share, {});
      ++b;
    } else if (b == before.end() || a->channel_id < b->channel_id) {
      add(a->channel_id, {}, a->share);
      ++a;
    } else {
      add(a->channel_id, b->share, a->share);
      ++a, ++b;
    }
  }
  return moves;
}

RouteSide DescribeSide(const TableData& data, Reason reason, const std::vector<RouteStop>& stops) {
  RouteSide side{.reason = reason};
  if (stops.empty()) return side;
  side.group = data.groups[stops.front().group];
  side.model = data.models[stops.front().match.model];
  side.rule = stops.front().match.rule;
  std::set<std::uint32_t> channels;
  for (const RouteStop& stop : stops) {
    for (TierRef ref = stop.match.first; ref != kAllOut; ref = data.tier(ref).next()) {
      const TierBlock tier = data.tier(ref);
      const TierWeights weights(tier);
      for (std::uint32_t i = 0; i < tier.size(); ++i) {
        if (weights[i] > 0) channels.insert(tier.channel(i));
      }
    }
  }
  side.channels = channels.size();
  return side;
}

// Of the tier that the first attempt is from.
std::vector<ChannelShare> FirstShares(const TableData& data, const std::vector<RouteStop>& stops) {
  std::vector<ChannelShare> shares;
  if (stops.empty()) return shares;
  const TierBlock tier = data.tier(stops.front().match.first);
  const TierWeights weights(tier);
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < tier.size(); ++i) total += weights[i];
  for (std::uint32_t i = 0; i < tier.size(); ++i) {
    if (weights[i] == 0) continue;
    shares.push_back({.channel_id = data.channels[tier.channel(i)].id, .share = Share::Of(weights[i], total)});
  }
  return shares;
}

class RouteComparison {
 public:
  RouteComparison(const RouteTable& before, const RouteTable& after, Diff& diff)
      : before_(before), after_(after), pairs_(before_.data(), after_.data()), diff_(diff) {}

  void CompareAll() {
    std::vector<std::string_view> groups;
    std::vector<std::string_view> models;
    for (const IntactTable* side : {&before_, &after_}) {
      side->AddGroupNames(groups);
      side->AddModelNames(models);
    }
    groups = SortedOnce(std::move(groups));
    models = SortedOnce(std::move(models));
    diff_.groups = groups.size();
    diff_.models = models.size();
    for (const std::string_view group : groups) {
      for (const std::string_view model : models) ComparePair(group, model);
    }
  }

 private:
  Request RequestFor(const IntactTable& side, std::string_view group, std::string_view model) const {
    const GroupPolicy& policy = side.data().policy.groups;
    const bool automatic = policy.automatic.find(group) != policy.automatic.end();
    return {.group = group, .user_group = automatic ? std::string_view(policy.default_group) : group, .model = model};
  }

  void ComparePair(std::string_view group, std::string_view model) {
    const Reason was = before_.Follow(RequestFor(before_, group, model), before_stops_);
    const Reason is = after_.Follow(RequestFor(after_, group, model), after_stops_);
    diff_.served_before += was == Reason::kNone ? 1u : 0u;
    diff_.served_after += is == Reason::kNone ? 1u : 0u;
    if (AreAlike()) return;
    RouteDiff route{
        .group = std::string(group),
        .model = std::string(model),
        .before = DescribeSide(before_.data(), was, before_stops_),
        .after = DescribeSide(after_.data(), is, after_stops_),
        .moved = Moves(FirstShares(before_.data(), before_stops_), FirstShares(after_.data(), after_stops_))};
    if (is != Reason::kNone) {
      diff_.lost.push_back(std::move(route));
    } else if (was != Reason::kNone) {
      diff_.gained.push_back(std::move(route));
    } else if (!route.moved.empty() || route.changes_group() || route.loses_backups()) {
      diff_.changed.push_back(std::move(route));
    } else {
      ++diff_.later_only;
    }
  }

  bool AreAlike() {
    return std::equal(before_stops_.begin(), before_stops_.end(), after_stops_.begin(), after_stops_.end(),
                      [&](const RouteStop& b, const RouteStop& a) {
                        return before_.data().groups[b.group] == after_.data().groups[a.group] &&
                               pairs_.AreAlike(b.match.first, a.match.first);
                      });
  }

  IntactTable before_;
  IntactTable after_;
  TierPairs pairs_;
  Diff& diff_;
  std::vector<RouteStop> before_stops_;
  std::vector<RouteStop> after_stops_;
};

std::string Amount(std::size_t n, std::string_view one) {
  return std::to_string(n) + " " + std::string(one) + (n == 1 ? "" : "s");
}

}  // namespace

std::string Diff::Summary() const {
  std::string text = Amount(lost.size(), "route") + " lost, " + std::to_string(gained.size()) + " gained, " +
                     std::to_string(changed.size()) + " changed";
  if (later_only > 0) text += ", " + std::to_string(later_only) + " changed for later attempts only";
  const auto count = [&](auto total) {
    return static_cast<std::size_t>(std::count_if(tokens.begin(), tokens.end(), total));
  };
  if (!tokens.empty()) {
    const std::size_t gaining = count([](const TokenDiff& t) { return t.gained_total > 0; });
    text += "; " + Amount(gaining, "token") + (gaining == 1 ? " gains" : " gain") + " models, " +
            std::to_string(count([](const TokenDiff& t) { return t.lost_total > 0; })) + " lose some";
  }
  return text;
}

Diff CompareTables(const RouteTable& before, const RouteTable& after, const DiffOptions& options) {
  Diff diff{.before_hash = before.content_hash(), .after_hash = after.content_hash()};
  RouteComparison(before, after, diff).CompareAll();
  if (options.before_rows != nullptr && options.after_rows != nullptr) {
    diff.tokens = CompareTokens(before, after, options);
  }
  return diff;
}

}  // namespace pointsman::inline v0
