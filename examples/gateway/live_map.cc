#include "live_map.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "nlohmann/json.hpp"

namespace gateway {
namespace {

using Json = nlohmann::json;
using pointsman::RouteInfo;

template <class Duration>
std::int64_t Ms(Duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

Json ShareJson(const pointsman::Share& share) { return {{"exact", share.Text()}, {"value", share.value()}}; }

// The next request's shares; none where the route serves nobody now, or from another tier.
pointsman::Share ShareNow(const pointsman::Distribution& next, std::int64_t channel_id) {
  for (const pointsman::ChannelShare& c : next.shares) {
    if (c.channel_id == channel_id) return c.share;
  }
  return {};
}

Json RouteJson(const pointsman::Router& router, const RouteInfo& route, ReachableChannels& reachable,
               const Journal::Counts& seen) {
  // A user of that very group: what others may do with it depends on who they are.
  pointsman::Distribution next =
      router.Distribute(reachable.Among({.group = route.group, .user_group = route.group, .model = route.model}));
  if (next.group != route.group) next.shares.clear();  // a fallback's
  const auto counts = seen.find({std::string(route.group), std::string(route.model)});
  Json tiers = Json::array();
  for (const pointsman::TierInfo& tier : route.tiers) {
    const bool draws = !next.shares.empty() && next.priority == tier.priority;
    Json candidates = Json::array();
    for (const pointsman::CandidateInfo& c : tier.candidates) {
      std::int64_t count = 0;
      if (counts != seen.end() && counts->second.contains(c.channel_id)) count = counts->second.at(c.channel_id);
      candidates.push_back({{"channel_id", c.channel_id},
                            {"weight", c.weight},
                            {"status", pointsman::CandidateStatusName(c.status)},
                            {"share", ShareJson(c.share)},
                            {"now", ShareJson(draws ? ShareNow(next, c.channel_id) : pointsman::Share())},
                            {"seen", count}});
    }
    tiers.push_back({{"priority", tier.priority}, {"draws", draws}, {"candidates", std::move(candidates)}});
  }
  return {{"group", route.group}, {"model", route.model}, {"tiers", std::move(tiers)}};
}

Json ChannelJson(const pointsman::ChannelStatus& status, const pointsman::RouteTable& table,
                 const UpstreamMap& upstreams) {
  const std::optional<pointsman::ChannelInfo> channel = table.FindChannel(status.channel_id);
  return {{"id", status.channel_id},
          {"name", channel.has_value() ? channel->name : std::string_view()},
          {"enabled", channel.has_value() && channel->enabled},
          {"has_upstream", upstreams.contains(status.channel_id)},
          {"phase", pointsman::ChannelPhaseName(status.phase)},
          {"remaining_ms", status.remaining.count()},
          {"age_ms", status.age.count()},
          {"last_failure", status.last_failure ? pointsman::OutcomeKindName(*status.last_failure) : std::string_view()},
          {"switched_off", status.switched_off || status.tag_off},
          {"note", status.switch_note},
          {"failures_in_a_row", status.consecutive_failures},
          {"successes", status.successes},
          {"failures", status.failures},
          {"latency_ms", Ms(status.latency)},
          {"models_out", status.models.size()}};
}

Json LatestJson(const Served& served) {
  return {{"unix_ms", served.unix_ms}, {"token", served.token},           {"group", served.group},
          {"model", served.model},     {"channel_id", served.channel_id}, {"attempts", served.attempts},
          {"status", served.status},   {"outcome", served.outcome},       {"took_ms", served.took_ms}};
}

}  // namespace

std::string LiveMapJson(const pointsman::Router& router, const pointsman::RefreshStatus& status,
                        std::shared_ptr<const UpstreamMap> upstreams, const Journal& journal) {
  const pointsman::Snapshot snapshot = router.TakeSnapshot();
  const Journal::Counts seen = journal.FirstChoices();
  ReachableChannels reachable{std::move(upstreams), {}};
  Json routes = Json::array();
  snapshot.table->ForEachRoute([&](const RouteInfo& route) {
    if (routes.size() < kMapRoutes) routes.push_back(RouteJson(router, route, reachable, seen));
  });
  Json channels = Json::array();
  for (const pointsman::ChannelStatus& channel : router.ChannelStates()) {
    channels.push_back(ChannelJson(channel, *snapshot.table, *reachable.all));
  }
  Json latest = Json::array();
  for (const Served& served : journal.Latest()) latest.push_back(LatestJson(served));
  const std::size_t left_out = snapshot.table->route_count() - routes.size();
  const Json map = {{"generation", snapshot.generation},
                    {"content_hash", snapshot.table->content_hash()},
                    {"age_ms", status.age.has_value() ? Ms(*status.age) : -1},
                    {"ok", status.ok()},
                    {"trouble", status.ok() ? std::string() : std::string(status.last_error.message())},
                    {"routes", std::move(routes)},
                    {"routes_left_out", left_out},
                    {"channels", std::move(channels)},
                    {"latest", std::move(latest)}};
  return map.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gateway
