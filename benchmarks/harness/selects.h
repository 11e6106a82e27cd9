// Batches of selections: the same loops for the library and its opponents.
//
//   MeasurePaired(HotKey(Ours(router), w), HotKey(Theirs(gateway), w));
//
// Thread safety: a batch is thread-compatible; what it calls is as it is.
#ifndef POINTSMAN_BENCHMARKS_HARNESS_SELECTS_H_
#define POINTSMAN_BENCHMARKS_HARNESS_SELECTS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/paired.h"
#include "pointsman/router.h"
#include "workloads/workload.h"

namespace pointsman::bench {

// The public call with the default policy; the Selection is destroyed.
inline auto Ours(const Router& router) {
  return [&router](std::string_view group, std::string_view model) {
    return router.Select({.group = group, .user_group = {}, .model = model}).channel_id();
  };
}

// OrdinaryRouter or GatewayRouter.
template <class Opponent>
auto Theirs(const Opponent& opponent) {
  return [&opponent](std::string_view group, std::string_view model) {
    return opponent.Select(group, {}, model).channel_id;
  };
}

// The same pair again and again.
template <class Select>
Batch HotKey(Select select, const Workload& w) {
  return [select, group = w.group(w.hot_key()), model = w.model(w.hot_key())](std::size_t calls) {
    for (; calls > 0; --calls) Keep(select(group, model));
  };
}

// These pairs in turn; each batch continues where the last one ended. `keys` must outlive the batch.
template <class Select>
Batch KeyByKey(Select select, const Workload& w, const std::vector<Key>& keys) {
  return [select, &w, &keys, next = std::size_t{0}](std::size_t calls) mutable {
    for (; calls > 0; --calls) {
      const Key key = keys[next];
      if (++next == keys.size()) next = 0;
      Keep(select(w.group(key), w.model(key)));
    }
  };
}

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_HARNESS_SELECTS_H_
