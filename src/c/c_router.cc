#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "c/boundary.h"
#include "pointsman/load/dump.h"
#include "pointsman/load/json.h"
#include "pointsman/load/state.h"
#include "pointsman/version.h"

namespace {

using pointsman::c_abi::Callback;
using pointsman::c_abi::Fill;
using pointsman::c_abi::Guarded;
using pointsman::c_abi::Misuse;
using pointsman::c_abi::Readable;
using pointsman::c_abi::View;
using pointsman::c_abi::Writable;

std::chrono::nanoseconds ReadClock(void* context) noexcept {
  const auto& clock = *static_cast<const Callback*>(context);
  return std::chrono::nanoseconds(clock.function(clock.context));
}

pointsman::RouterOptions RouterOptionsOf(const pointsman_router_options& given) {
  pointsman::RouterOptions options;
  if (given.max_lost_share > 0) options.max_lost_share = given.max_lost_share;
  if (given.nodes != 0) options.state.nodes = given.nodes;
  if (given.refuse_when_cool != 0) options.state.all_cooling = pointsman::AllCooling::kRefuse;
  options.state.jitter_seed = given.jitter_seed;
  return options;
}

absl::Status MakeRouter(const pointsman_router_options& given, pointsman_router** router) {
  if (!(given.max_lost_share >= 0 && given.max_lost_share <= 1)) {
    return absl::InvalidArgumentError(
        "max_lost_share is a share, from 0 to 1; 0 is the default, 1 switches the guard off");
  }
  pointsman::Policy policy;
  if (given.policy.data != nullptr) {
    absl::StatusOr<pointsman::Policy> parsed = pointsman::ParsePolicy(View(given.policy));
    if (!parsed.ok()) return parsed.status();
    policy = *std::move(parsed);
  }
  pointsman::RouterOptions options = RouterOptionsOf(given);
  std::unique_ptr<Callback> clock;
  if (given.now != nullptr) {
    clock = std::make_unique<Callback>(Callback{given.now, given.now_context});
    options.state.clock = {.now = &ReadClock, .context = clock.get()};
  }
  if (absl::Status status = options.state.Validate(); !status.ok()) return status;
  *router = new pointsman_router(std::move(clock), std::move(policy), std::move(options));
  return absl::OkStatus();
}

void Describe(const pointsman::BuildReport& report, pointsman_build* build) {
  if (build == nullptr) return;
  build->generation = report.generation;
  build->channels = report.channels;
  build->abilities = report.abilities;
  build->groups = report.groups;
  build->models = report.models;
  build->routes = report.routes;
  build->serving_routes = report.serving_routes;
  build->rejections = report.rejections.size();
  Fill(&build->text, report.Text());
  pointsman_buffer hash = {build->content_hash, sizeof build->content_hash, 0};
  Fill(&hash, report.content_hash);
}

absl::Status Reload(pointsman::Router& router, pointsman::Loader& loader, pointsman_build* build) {
  const absl::StatusOr<pointsman::BuildReport> report = router.Reload(loader);
  if (!report.ok()) return report.status();
  Describe(*report, build);
  return absl::OkStatus();
}

constexpr std::string_view kBadReload = "a null router or null rows, or a build that does not begin with its size";

absl::Status KnownOrNot(bool known) {
  return known ? absl::OkStatus() : absl::NotFoundError("no published table has this channel");
}

}  // namespace

std::uint32_t pointsman_abi() { return POINTSMAN_C_ABI; }
const char* pointsman_version() { return POINTSMAN_VERSION; }

std::int32_t pointsman_router_new(const pointsman_router_options* options, pointsman_router** router,
                                  pointsman_buffer* error) {
  if (router == nullptr) return Misuse(error, "no place for the router was given");
  *router = nullptr;
  static constexpr pointsman_router_options kDefaults = POINTSMAN_ROUTER_OPTIONS_INIT;
  const pointsman_router_options* given = options == nullptr ? &kDefaults : options;
  if (!Readable(given))
    return Misuse(error, "options must begin with their size, and hold nothing that is newer than this library");
  return Guarded(error, [&] { return MakeRouter(*given, router); });
}

void pointsman_router_free(pointsman_router* router) { delete router; }

std::int32_t pointsman_reload_rows(pointsman_router* router, const pointsman_rows* rows, pointsman_build* build,
                                   pointsman_buffer* error) {
  if (router == nullptr || rows == nullptr || (build != nullptr && !Writable(build))) return Misuse(error, kBadReload);
  return Guarded(error, [&] {
    pointsman::RowsLoader loader(rows->rows);
    return Reload(router->router, loader, build);
  });
}

std::int32_t pointsman_reload_json(pointsman_router* router, pointsman_text json, pointsman_build* build,
                                   pointsman_buffer* error) {
  if (router == nullptr || (build != nullptr && !Writable(build))) return Misuse(error, kBadReload);
  return Guarded(error, [&] {
    pointsman::JsonLoader loader = pointsman::JsonLoader::Text(std::string(View(json)));
    return Reload(router->router, loader, build);
  });
}

std::int32_t pointsman_switch_off(pointsman_router* router, std::int64_t channel_id, pointsman_text why,
                                  std::int64_t lasts_ms) {
  if (router == nullptr) return POINTSMAN_INVALID_ARGUMENT;
  pointsman::SwitchNote note{.why = View(why)};
  if (lasts_ms >= 0) note.lasts = std::chrono::milliseconds(lasts_ms);
  return Guarded(nullptr, [&] { return KnownOrNot(router->router.SwitchOff(channel_id, note)); });
}

std::int32_t pointsman_switch_on(pointsman_router* router, std::int64_t channel_id) {
  if (router == nullptr) return POINTSMAN_INVALID_ARGUMENT;
  return Guarded(nullptr, [&] { return KnownOrNot(router->router.SwitchOn(channel_id)); });
}

std::int32_t pointsman_reset_state(pointsman_router* router, std::int64_t channel_id) {
  if (router == nullptr) return POINTSMAN_INVALID_ARGUMENT;
  return Guarded(nullptr, [&] { return KnownOrNot(router->router.ResetState(channel_id)); });
}

std::int32_t pointsman_set_limits(pointsman_router* router, std::int64_t channel_id, const pointsman_limits* limits) {
  if (router == nullptr || !Readable(limits)) return POINTSMAN_INVALID_ARGUMENT;
  const pointsman::ChannelLimits wanted{.max_in_flight = limits->max_in_flight,
                                        .requests_per_minute = limits->requests_per_minute,
                                        .tokens_per_minute = limits->tokens_per_minute,
                                        .burst = limits->burst == 0 ? 1 : limits->burst};
  return Guarded(nullptr, [&] { return router->router.SetLimits(channel_id, wanted); });
}

std::int32_t pointsman_states_json(const pointsman_router* router, pointsman_buffer* text) {
  if (router == nullptr) return POINTSMAN_INVALID_ARGUMENT;
  return Guarded(nullptr, [&] {
    Fill(text, pointsman::ChannelStatesToJson(router->router.ChannelStates()));
    return absl::OkStatus();
  });
}

std::int32_t pointsman_dump_json(const pointsman_router* router, pointsman_buffer* text) {
  if (router == nullptr) return POINTSMAN_INVALID_ARGUMENT;
  return Guarded(nullptr, [&] {
    Fill(text, pointsman::DumpToJson(router->router.Dump()));
    return absl::OkStatus();
  });
}
