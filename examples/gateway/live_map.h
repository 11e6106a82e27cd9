// The live map: groups, models, tiers and channels as they are served at this moment, as JSON for the page at "/".
//
//   {"generation": 7, "content_hash": "v1:…", "age_ms": 820, "ok": true, "trouble": "",
//    "routes": [{"group": "default", "model": "gpt-4o", "tiers": [{"priority": 10, "draws": true, "candidates": [
//        {"channel_id": 1, "weight": 70, "status": "eligible",
//         "share": {"exact": "7/10", "value": 0.7},          // of its tier, by the rows
//         "now": {"exact": "1/1", "value": 1.0},             // of the next request: what is out has none
//         "seen": 17}]}]}],                                  // first choices in the last minute
//    "routes_left_out": 0,
//    "channels": [{"id": 1, "name": "OpenAI main", "has_upstream": true, "phase": "in_order", "remaining_ms": 0, …}],
//    "latest": [{"unix_ms": …, "token": "alice", "group": "default", "model": "gpt-4o", "channel_id": 1, …}]}
//
// Thread safety: thread-safe (a pure function of what it is given). Cost: O(routes shown * channels).
// Limits: kMapRoutes routes, in order of names.
#ifndef GATEWAY_LIVE_MAP_H_
#define GATEWAY_LIVE_MAP_H_

#include <cstddef>
#include <memory>
#include <string>

#include "journal.h"
#include "pointsman/refresher.h"
#include "pointsman/router.h"
#include "upstreams.h"

namespace gateway {

inline constexpr std::size_t kMapRoutes = 300;

std::string LiveMapJson(const pointsman::Router& router, const pointsman::RefreshStatus& status,
                        std::shared_ptr<const UpstreamMap> upstreams, const Journal& journal);

}  // namespace gateway

#endif  // GATEWAY_LIVE_MAP_H_
