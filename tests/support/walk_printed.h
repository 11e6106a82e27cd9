// What a printed program of walks is written with: paste the program into a function of namespace pointsman::testing.
//
//   #include "support/walk_printed.h"
#ifndef POINTSMAN_TESTS_SUPPORT_WALK_PRINTED_H_
#define POINTSMAN_TESTS_SUPPORT_WALK_PRINTED_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "pointsman/load/json.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/rows_builder.h"

namespace pointsman::testing {

using namespace std::chrono_literals;

// Eight, in a group by themselves, of which some are disabled and some have several keys.
inline void AddChannels(Rows& rows, const std::set<std::int64_t>& disabled,
                        const std::map<std::int64_t, std::uint32_t>& keys) {
  for (std::int64_t id = 1; id <= 8; ++id) {
    const auto count = keys.find(id);
    rows.Add(ChannelRow{.id = id,
                        .status = disabled.contains(id) ? 2 : 1,
                        .groups = "default",
                        .models = "",
                        .keys = {.count = count == keys.end() ? 0 : count->second}});
  }
}

// The rows become the table; the next ones are of another.
inline void Publish(Router& router, Rows& rows, const Policy& policy) {
  EXPECT_TRUE(router.Publish(MustCompile(std::exchange(rows, Rows("random")), policy).table).ok());
}

// For a request, which it must outlive.
struct Names {
  std::vector<std::string_view> names;
  operator std::span<const std::string_view>() const { return names; }  // NOLINT: as a list is meant
};

struct Without {
  std::set<std::int64_t> channels;
  CandidateFilter filter() {
    return {.judge = [](void* self, const FilterCandidate& c) noexcept -> std::int32_t {
              return static_cast<Without*>(self)->channels.contains(c.channel_id) ? 7 : 0;
            },
            .context = this};
  }
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_WALK_PRINTED_H_
