// What newer versions of the library can do and older ones cannot, asked at compile time: one benchmark source measures
// both, and says "not built" where there is nothing to measure.
#ifndef POINTSMAN_BENCHMARKS_HARNESS_OPTIONAL_API_H_
#define POINTSMAN_BENCHMARKS_HARNESS_OPTIONAL_API_H_

#include <concepts>
#include <cstdint>
#include <string_view>

#include "pointsman/router.h"

namespace pointsman::bench {

template <class R>
concept HasHandles = requires(const R& router, std::string_view name) {
  router.Select(*router.FindGroup(name, name), *router.FindModel(name));
};

template <class R>
concept HasSwitches = requires(R& router, std::int64_t channel_id) {
  { router.SwitchOff(channel_id) } -> std::convertible_to<bool>;
  { router.SwitchOn(channel_id) } -> std::convertible_to<bool>;
};

template <class R>
concept HasMemoryBytes = requires(const R& router) { router.memory_bytes(); };

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_HARNESS_OPTIONAL_API_H_
