#include "pointsman/patch.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "compile/compact.h"
#include "compile/pack.h"
#include "compile/unpack.h"
#include "table/content_hash.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

struct Place {
  std::uint32_t group = 0;
  std::uint32_t model = 0;
  auto operator<=>(const Place&) const = default;
};

// What a tier becomes, and the digests of both.
struct Change {
  TierRef ref = kAllOut;
  Digest before;
  Digest after;
};

// Makes the new table from the old one: candidates that are out, then the tiers from the lowest up, then the rows.
class Patcher {
 public:
  explicit Patcher(const TableData& old) : old_(old), data_(old.Fork()), writer_(old.policy.shares) {}

  absl::Status Take(const ChannelChange& change);
  absl::StatusOr<std::unique_ptr<TableData>> Apply();

 private:
  std::vector<Place> TouchedPlaces() const;
  void PatchOuts();
  void PatchRoute(Place place);
  Change PatchTiers(TierRef first);
  Change PatchTier(TierRef ref, const Change& below);
  void RemoveIfBare(Place place);
  bool HasOuts(Place place) const;
  bool HasIdleModel() const;

  const TableData& old_;
  std::unique_ptr<TableData> data_;
  ChannelChanges changes_;
  absl::flat_hash_map<TierRef, Change> done_;  // most tiers serve many routes
  std::vector<Place> bare_;                    // routes that lost their last tier or a candidate
  std::vector<Place> gone_;                    // and those that are not listed any more
  std::vector<std::uint32_t> added_;           // blocks
  TierWriter writer_;
  std::vector<TierRef> chain_;
  std::vector<WeightedChannel> before_;
  std::vector<WeightedChannel> after_;
};

absl::Status Patcher::Take(const ChannelChange& change) {
  auto& channels = data_->channels;
  const auto found = std::lower_bound(channels.begin(), channels.end(), change.channel_id,
                                      [](const ChannelRecord& c, std::int64_t id) { return c.id < id; });
  if (found == channels.end() || found->id != change.channel_id || found->removed) {
    return absl::NotFoundError("Patch: channel " + std::to_string(change.channel_id) +
                               " is not in the table; compile the rows anew to add it");
  }
  if (!change.weight.has_value()) {
    found->removed = true;
    ++data_->removed_channels;
  }
  changes_.insert_or_assign(static_cast<std::uint32_t>(found - channels.begin()), change);
  return absl::OkStatus();
}

std::vector<Place> Patcher::TouchedPlaces() const {
  std::vector<Place> places;
  for (const auto& [channel, change] : changes_) {
    data_->routes_of_channel->ForEach(
        channel, [&](std::uint32_t g, std::uint32_t m) { places.push_back({.group = g, .model = m}); });
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

void Patcher::PatchOuts() {
  std::vector<OutRecord> kept;
  kept.reserve(data_->outs.size());
  for (OutRecord out : old_.outs) {
    const auto change = changes_.find(out.channel);
    if (change != changes_.end()) {
      if (!change->second.weight.has_value()) {
        bare_.push_back({.group = out.group, .model = out.model});
        continue;
      }
      out.weight = *change->second.weight;
    }
    kept.push_back(out);
  }
  data_->outs = std::move(kept);
}

// One tier, given what became of the one below it.
Change Patcher::PatchTier(TierRef ref, const Change& below) {
  const TierBlock tier = old_.tier(ref);
  const TierWeights weights(tier);
  before_.clear();
  after_.clear();
  for (std::uint32_t i = 0; i < tier.size(); ++i) {
    const WeightedChannel candidate{.channel = tier.channel(i), .weight = weights.Raw(i)};
    before_.push_back(candidate);
    const auto change = changes_.find(candidate.channel);
    if (change == changes_.end()) {
      after_.push_back(candidate);
    } else if (change->second.weight.has_value()) {
      after_.push_back({.channel = candidate.channel, .weight = *change->second.weight});
    }
  }
  Change result{.before = TierDigest(*data_, before_, tier.priority(), below.before)};
  const auto same = [](const WeightedChannel& a, const WeightedChannel& b) {
    return a.channel == b.channel && a.weight == b.weight;
  };
  if (below.ref == tier.next() && std::equal(before_.begin(), before_.end(), after_.begin(), after_.end(), same)) {
    result.ref = ref;
    result.after = result.before;
    return result;
  }
  // All routes with this tier are patched, so that none uses the old one any more.
  data_->dead_words += tier.words();
  --data_->tiers;
  if (after_.empty()) {
    result.ref = below.ref;
    result.after = below.after;
    return result;
  }
  result.after = TierDigest(*data_, after_, tier.priority(), below.after);
  result.ref = static_cast<TierRef>(old_.blocks.size() + added_.size());
  writer_.Append(after_, tier.priority(), below.ref, added_);
  ++data_->tiers;
  return result;
}

Change Patcher::PatchTiers(TierRef first) {
  chain_.clear();
  Change below;
  for (TierRef ref = first; ref != kAllOut; ref = old_.tier(ref).next()) {
    if (const auto known = done_.find(ref); known != done_.end()) {
      below = known->second;
      break;
    }
    chain_.push_back(ref);
  }
  for (; !chain_.empty(); chain_.pop_back()) {
    below = PatchTier(chain_.back(), below);
    done_.insert({chain_.back(), below});
  }
  return below;
}

void Patcher::PatchRoute(Place place) {
  const TierRef first = old_.rows.Find(place.group, place.model);
  if (first < kFirstBlock) return;  // an earlier patch took its last candidate
  const Change change = PatchTiers(first);
  if (change.ref == first) return;
  data_->rows.Replace(place.group, place.model, change.ref);
  data_->routes_digest -= RouteDigest(place.group, place.model, change.before);
  data_->routes_digest += RouteDigest(place.group, place.model, change.after);
  if (change.ref == kAllOut) {
    --data_->serving_routes;
    bare_.push_back(place);
  }
}

bool Patcher::HasOuts(Place place) const {
  const auto found = std::lower_bound(
      data_->outs.begin(), data_->outs.end(), place,
      [](const OutRecord& out, Place wanted) { return Place{.group = out.group, .model = out.model} < wanted; });
  return found != data_->outs.end() && found->group == place.group && found->model == place.model;
}

// A pair that no row lists any more.
void Patcher::RemoveIfBare(Place place) {
  if (data_->rows.Find(place.group, place.model) != kAllOut || HasOuts(place)) return;
  data_->rows.Remove(place.group, place.model);
  data_->routes_digest -= RouteDigest(place.group, place.model, {});
  --data_->listed_routes;
  gone_.push_back(place);
}

// Whether a model is left that no group lists.
bool Patcher::HasIdleModel() const {
  const auto groups = static_cast<std::uint32_t>(data_->groups.size());
  absl::flat_hash_set<std::uint32_t> settled;
  return std::any_of(gone_.begin(), gone_.end(), [&](Place place) {
    if (!settled.insert(place.model).second) return false;
    std::uint32_t g = 0;
    while (g < groups && data_->rows.Find(g, place.model) == kNotListed) ++g;
    return g == groups;
  });
}

std::unique_ptr<TableData> PackAnew(Draft draft, const Policy& policy) {
  auto anew = std::make_unique<TableData>();
  anew->policy = policy;
  Pack(std::move(draft), *anew, [](std::uint32_t) {});
  return anew;
}

absl::StatusOr<std::unique_ptr<TableData>> Patcher::Apply() {
  // There a candidate that goes can make one tier of several, so that no tier can be patched by itself.
  if (old_.policy.priorities.tiers == PriorityTiers::kAboveZero) return PackAnew(Unpack(old_, changes_), old_.policy);
  if (data_->routes_of_channel == nullptr) data_->routes_of_channel = std::make_shared<const ChannelRoutes>(old_);
  PatchOuts();
  for (const Place place : TouchedPlaces()) PatchRoute(place);
  if (old_.blocks.size() + added_.size() > std::numeric_limits<TierRef>::max()) {
    return absl::ResourceExhaustedError("Patch: the table has no room for more tiers; compile the rows anew");
  }
  data_->blocks = old_.blocks.Extended(added_);
  std::sort(bare_.begin(), bare_.end());
  bare_.erase(std::unique(bare_.begin(), bare_.end()), bare_.end());
  for (const Place place : bare_) RemoveIfBare(place);
  if (HasIdleModel()) return PackAnew(Unpack(*data_), data_->policy);
  if (3 * data_->dead_words > data_->blocks.size()) Compact(*data_);
  data_->content_hash = ContentHash(*data_);
  return std::move(data_);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const RouteTable>> Patch(const RouteTable& table,
                                                        std::span<const ChannelChange> changes) {
  Patcher patcher(table.data());
  for (const ChannelChange& change : changes) {
    if (absl::Status known = patcher.Take(change); !known.ok()) return known;
  }
  absl::StatusOr<std::unique_ptr<TableData>> patched = patcher.Apply();
  if (!patched.ok()) return patched.status();
  return std::make_shared<const RouteTable>(*std::move(patched));
}

}  // namespace pointsman::inline v0
