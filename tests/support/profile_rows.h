// Rows that every profile reads alike, for tests of what each makes of them.
#ifndef POINTSMAN_TESTS_SUPPORT_PROFILE_ROWS_H_
#define POINTSMAN_TESTS_SUPPORT_PROFILE_ROWS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pointsman/profile.h"
#include "pointsman/router.h"
#include "support/rows_builder.h"

namespace pointsman::testing {

inline constexpr Profile kGateways[] = {Profile::kNewApiMemory, Profile::kNewApiDatabase, Profile::kOneApiMemory,
                                        Profile::kNewApiMemory202504};

// One channel, and its ability with the same values, so that a profile finds it whatever it believes.
struct Row {
  std::int64_t id = 0;
  std::int64_t weight = 0;
  IntField priority = 0;
  bool enabled = true;
  std::string group = "g";
};

inline Rows RowsFrom(const std::vector<Row>& candidates) {
  Rows rows("test");
  for (const Row& c : candidates) {
    rows.Add(ChannelRow{.id = c.id,
                        .status = c.enabled ? 1 : 2,
                        .groups = c.group,
                        .models = "m",
                        .priority = c.priority,
                        .weight = c.weight});
    rows.Add(AbilityRow{.group = c.group,
                        .model = "m",
                        .channel_id = c.id,
                        .enabled = c.enabled ? 1 : 0,
                        .priority = c.priority,
                        .weight = c.weight});
  }
  return rows;
}

inline std::shared_ptr<const RouteTable> TableOf(const std::vector<Row>& candidates, const Policy& policy) {
  return MustCompile(RowsFrom(candidates), policy).table;
}

// That serves them.
inline std::unique_ptr<Router> RouterOf(const std::vector<Row>& rows, const Policy& policy) {
  auto router = std::make_unique<Router>(policy);
  EXPECT_TRUE(router->Publish(TableOf(rows, policy)).ok());
  return router;
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_PROFILE_ROWS_H_
