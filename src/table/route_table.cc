#include "pointsman/route_table.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

TierInfo DescribeTier(const TableData& data, std::uint32_t group, std::uint32_t model, const TierBlock& tier) {
  const TierWeights weights(tier);
  TierInfo info{.priority = data.priorities[tier.priority()], .candidates = {}};
  for (std::uint32_t i = 0; i < tier.size(); ++i) {
    const ChannelRecord& channel = data.channels[tier.channel(i)];
    const std::uint64_t drawn = weights[i];
    info.candidates.push_back({.channel_id = channel.id,
                               .channel_name = channel.name,
                               .weight = weights.Raw(i),
                               .share = Share::Of(drawn, tier.tickets()),
                               .status = drawn == 0 ? CandidateStatus::kZeroWeight : CandidateStatus::kEligible,
                               .priority = data.PriorityOf(group, model, tier, i)});
  }
  return info;
}

// Puts a candidate that is out where its priority belongs, in a tier of its own if there is none.
void AddOut(const TableData& data, const OutRecord& out, std::vector<TierInfo>& tiers) {
  auto tier = std::find_if(tiers.begin(), tiers.end(), [&](const TierInfo& t) { return t.priority <= out.priority; });
  if (tier == tiers.end() || tier->priority != out.priority) {
    tier = tiers.insert(tier, TierInfo{.priority = out.priority, .candidates = {}});
  }
  const ChannelRecord& channel = data.channels[out.channel];
  tier->candidates.push_back({.channel_id = channel.id,
                              .channel_name = channel.name,
                              .weight = out.weight,
                              .share = {},
                              .status = out.status,
                              .priority = out.priority});
}

std::span<const OutRecord> OutsOf(const TableData& data, std::uint32_t group, std::uint32_t model) {
  const auto before = [](const OutRecord& a, const OutRecord& b) {
    return std::tie(a.group, a.model) < std::tie(b.group, b.model);
  };
  const auto [begin, end] =
      std::equal_range(data.outs.begin(), data.outs.end(), OutRecord{.group = group, .model = model}, before);
  return std::span(data.outs).subspan(static_cast<std::size_t>(begin - data.outs.begin()),
                                      static_cast<std::size_t>(end - begin));
}

RouteInfo DescribeRoute(const TableData& data, std::uint32_t group, const ListedRoute& route) {
  RouteInfo info{.group = data.groups[group], .model = data.models[route.model], .tiers = {}};
  for (TierRef ref = route.first; ref != kAllOut; ref = data.tier(ref).next()) {
    info.tiers.push_back(DescribeTier(data, group, route.model, data.tier(ref)));
  }
  for (const OutRecord& out : OutsOf(data, group, route.model)) AddOut(data, out, info.tiers);
  for (TierInfo& tier : info.tiers) {
    std::sort(tier.candidates.begin(), tier.candidates.end(),
              [](const CandidateInfo& a, const CandidateInfo& b) { return a.channel_id < b.channel_id; });
  }
  return info;
}

template <class T>
std::size_t Bytes(const std::vector<T>& array) {
  return array.capacity() * sizeof(T);
}

}  // namespace

Share Share::Of(std::uint64_t part, std::uint64_t whole) {
  if (part == 0 || whole == 0) return {};
  const std::uint64_t divisor = std::gcd(part, whole);
  return {.numerator = part / divisor, .denominator = whole / divisor};
}

std::string Share::Text() const { return std::to_string(numerator) + "/" + std::to_string(denominator); }

std::string_view CandidateStatusName(CandidateStatus status) {
  switch (status) {
    case CandidateStatus::kEligible: return "eligible";
    case CandidateStatus::kZeroWeight: return "zero_weight";
    case CandidateStatus::kChannelDisabled: return "channel_disabled";
    case CandidateStatus::kAbilityDisabled: return "ability_disabled";
    case CandidateStatus::kNoPriority: return "no_priority";
  }
  return "unknown";
}

bool TierInfo::serves() const {
  return std::any_of(candidates.begin(), candidates.end(),
                     [](const CandidateInfo& c) { return c.status == CandidateStatus::kEligible; });
}

const TierInfo* RouteInfo::top() const {
  const auto found = std::find_if(tiers.begin(), tiers.end(), [](const TierInfo& tier) { return tier.serves(); });
  return found == tiers.end() ? nullptr : &*found;
}

RouteTable::RouteTable(std::unique_ptr<const TableData> data) : data_(std::move(data)) {}
RouteTable::~RouteTable() = default;

std::optional<RouteInfo> RouteTable::Describe(std::string_view group, std::string_view model) const {
  const std::uint32_t g = data_->group_table.Find(group);
  const std::uint32_t m = data_->model_table.Find(model);
  if (g == kNoIndex || m == kNoIndex) return std::nullopt;
  const TierRef first = data_->rows.Find(g, m);
  if (first == kNotListed) return std::nullopt;
  return DescribeRoute(*data_, g, {.model = m, .first = first});
}

void RouteTable::ForEachRoute(const std::function<void(const RouteInfo&)>& visit) const {
  for (std::uint32_t g = 0; g < data_->groups.size(); ++g) {
    for (const ListedRoute& route : data_->rows.RoutesOf(g)) visit(DescribeRoute(*data_, g, route));
  }
}

bool RouteTable::HasGroup(std::string_view group) const { return data_->group_table.Find(group) != kNoIndex; }

bool RouteTable::HasModel(std::string_view model) const { return data_->model_table.Find(model) != kNoIndex; }

std::optional<ChannelInfo> RouteTable::FindChannel(std::int64_t id) const {
  const auto& channels = data_->channels;
  const auto found =
      std::lower_bound(channels.begin(), channels.end(), id,
                       [](const ChannelRecord& channel, std::int64_t wanted) { return channel.id < wanted; });
  if (found == channels.end() || found->id != id || found->removed) return std::nullopt;
  return ChannelInfo{
      .id = id, .name = found->name, .type = found->type, .status = found->status, .enabled = found->enabled};
}

const std::vector<std::string_view>& RouteTable::groups() const { return data_->groups; }
const std::vector<std::string_view>& RouteTable::models() const { return data_->models; }
std::size_t RouteTable::channel_count() const { return data_->channels.size() - data_->removed_channels; }
std::size_t RouteTable::route_count() const { return data_->listed_routes; }
std::size_t RouteTable::serving_route_count() const { return data_->serving_routes; }
std::size_t RouteTable::tier_count() const { return data_->tiers; }
const Policy& RouteTable::policy() const { return data_->policy; }
RowSource RouteTable::believed() const { return data_->believed; }
const std::string& RouteTable::content_hash() const { return data_->content_hash; }

std::size_t RouteTable::memory_bytes() const {
  const TableData& d = *data_;
  return sizeof(d) + d.group_table.memory_bytes() + d.plans->memory_bytes() + d.matcher->memory_bytes() +
         d.model_table.memory_bytes() + d.rows.memory_bytes() + d.blocks.memory_bytes() + Bytes(d.priorities) +
         (d.texts == nullptr ? 0 : d.texts->capacity()) + (d.key_statuses == nullptr ? 0 : Bytes(*d.key_statuses)) +
         Bytes(d.groups) + Bytes(d.models) + Bytes(d.channels) + Bytes(d.outs) + Bytes(d.mixed) +
         (d.routes_of_channel == nullptr ? 0 : d.routes_of_channel->memory_bytes());
}

}  // namespace pointsman::inline v0
