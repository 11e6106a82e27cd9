#include "pointsman/route_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "pointsman/request.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

CandidateInfo Eligible(const TableData& data, const TierRecord& tier, std::uint32_t at) {
  const CandidateRecord& candidate = data.candidates[at];
  const ChannelRecord& channel = data.channels[candidate.channel];
  const std::uint64_t drawn = data.upto[at] - (at == tier.begin ? 0 : data.upto[at - 1]);
  return {.channel_id = channel.id,
          .channel_name = channel.name,
          .weight = candidate.weight,
          .share = Share::Of(drawn, tier.total),
          .status = drawn == 0 ? CandidateStatus::kZeroWeight : CandidateStatus::kEligible};
}

TierInfo DescribeTier(const TableData& data, const TierRecord& tier) {
  TierInfo info{.priority = tier.priority, .candidates = {}};
  for (std::uint32_t i = tier.begin; i < tier.begin + tier.size; ++i) info.candidates.push_back(Eligible(data, tier, i));
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
                              .status = out.status});
}

RouteInfo DescribeRoute(const TableData& data, const RouteRecord& route) {
  RouteInfo info{.group = data.groups[route.group], .model = data.models[route.model], .tiers = {}};
  for (std::uint32_t t = route.first_tier; t != kNoIndex; t = data.tiers[t].next) {
    info.tiers.push_back(DescribeTier(data, data.tiers[t]));
  }
  for (std::uint32_t i = route.out_begin; i < route.out_begin + route.out_size; ++i) {
    AddOut(data, data.outs[i], info.tiers);
  }
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

template <class Map>
std::size_t MapBytes(const Map& map) {
  return map.capacity() * (sizeof(typename Map::value_type) + 1);
}

}  // namespace

std::uint32_t TableData::FindName(const NameIndex& index, std::string_view name) {
  if (name.size() > kMaxNameBytes) return kNoIndex;
  const auto found = index.find(name);
  return found == index.end() ? kNoIndex : found->second;
}

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
  const std::uint32_t g = TableData::FindName(data_->group_index, group);
  const std::uint32_t m = TableData::FindName(data_->model_index, model);
  if (g == kNoIndex || m == kNoIndex) return std::nullopt;
  const RouteRecord* route = data_->FindRoute(g, m);
  if (route == nullptr) return std::nullopt;
  return DescribeRoute(*data_, *route);
}

void RouteTable::ForEachRoute(const std::function<void(const RouteInfo&)>& visit) const {
  for (const RouteRecord& route : data_->routes) visit(DescribeRoute(*data_, route));
}

bool RouteTable::HasGroup(std::string_view group) const {
  return TableData::FindName(data_->group_index, group) != kNoIndex;
}

bool RouteTable::HasModel(std::string_view model) const {
  return TableData::FindName(data_->model_index, model) != kNoIndex;
}

std::optional<ChannelInfo> RouteTable::FindChannel(std::int64_t id) const {
  const auto& channels = data_->channels;
  const auto found = std::lower_bound(channels.begin(), channels.end(), id,
                                      [](const ChannelRecord& channel, std::int64_t wanted) { return channel.id < wanted; });
  if (found == channels.end() || found->id != id) return std::nullopt;
  return ChannelInfo{.id = id, .name = found->name, .type = found->type, .status = found->status, .enabled = found->enabled};
}

const std::vector<std::string_view>& RouteTable::groups() const { return data_->groups; }
const std::vector<std::string_view>& RouteTable::models() const { return data_->models; }
std::size_t RouteTable::channel_count() const { return data_->channels.size(); }
std::size_t RouteTable::route_count() const { return data_->routes.size(); }
std::size_t RouteTable::serving_route_count() const { return data_->serving_routes; }
std::size_t RouteTable::tier_count() const { return data_->tiers.size(); }
const Policy& RouteTable::policy() const { return data_->policy; }
RowSource RouteTable::believed() const { return data_->believed; }
const std::string& RouteTable::content_hash() const { return data_->content_hash; }

std::size_t RouteTable::memory_bytes() const {
  const TableData& d = *data_;
  return sizeof(d) + d.texts.capacity() + Bytes(d.groups) + Bytes(d.models) + Bytes(d.channels) + Bytes(d.tiers) +
         Bytes(d.candidates) + Bytes(d.upto) + Bytes(d.outs) + Bytes(d.routes) + MapBytes(d.group_index) +
         MapBytes(d.model_index) + MapBytes(d.route_index);
}

}  // namespace pointsman::inline v0
