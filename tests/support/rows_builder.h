// Rows from a few lines, for tests.
#ifndef POINTSMAN_TESTS_SUPPORT_ROWS_BUILDER_H_
#define POINTSMAN_TESTS_SUPPORT_ROWS_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "pointsman/compile.h"
#include "pointsman/loader.h"

namespace pointsman::testing {

// The channel of the incident, alone.
inline ChannelRow Bltcy() {
  return {.id = 8, .name = "Bltcy", .type = 55, .status = 1, .groups = "default", .models = "runway,pika,kling"};
}

inline ChannelRow Channel(std::int64_t id, std::string_view groups, std::string_view models, std::int64_t weight = 0,
                          std::int64_t priority = 0) {
  return {.id = id, .status = 1, .groups = groups, .models = models, .priority = priority, .weight = weight};
}

inline AbilityRow Ability(std::string_view group, std::string_view model, std::int64_t channel) {
  return {.group = group, .model = model, .channel_id = channel};
}

template <class... Row>
Rows RowsOf(const Row&... row) {
  Rows rows("test");
  (rows.Add(row), ...);
  return rows;
}

// REQUIRES: the policy is valid.
inline Compiled MustCompile(const Rows& rows, const Policy& policy = {}) { return Compile(rows, policy).value(); }

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_ROWS_BUILDER_H_
