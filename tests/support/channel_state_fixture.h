// ChannelStateTest: a router whose channels' state is looked at while time is a test's own.
//
//   Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
//   Report(1, OutcomeKind::kTransient, 3);
//   EXPECT_EQ(Status(1).phase, ChannelPhase::kCooling);
//   clock_.Advance(5s);
#ifndef POINTSMAN_TESTS_SUPPORT_CHANNEL_STATE_FIXTURE_H_
#define POINTSMAN_TESTS_SUPPORT_CHANNEL_STATE_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "pointsman/channel_state.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/rows_builder.h"

namespace pointsman::testing {

inline constexpr Request kRequest{.group = "g", .model = "m"};

class ChannelStateTest : public ::testing::Test {
 protected:
  ChannelStateOptions Options(double most_cooling = 1) {
    ChannelStateOptions options;
    options.cooldown.jitter = 0;
    options.cooldown.max_cooling_share = most_cooling;
    options.clock = clock_.clock();
    return options;
  }
  template <class... Channels>
  void Serve(const ChannelStateOptions& options, const Channels&... channels) {
    router_.emplace(Policy(), RouterOptions{.state = options});
    Publish(channels...);
  }
  template <class... Channels>
  void Publish(const Channels&... channels) {
    const auto published = router_->Publish(MustCompile(RowsOf(channels...)).table);
    ASSERT_TRUE(published.ok()) << published.status();
  }
  void Report(std::int64_t channel, OutcomeKind kind, int times = 1, std::string_view model = "m") {
    for (int i = 0; i < times; ++i) {
      Selection s = router_->Select({.group = "g", .model = model, .pin = channel});
      ASSERT_EQ(s.channel_id(), channel) << ReasonName(s.reason());
      router_->Report(s, {.kind = kind});
    }
  }
  ChannelStatus Status(std::int64_t channel) {
    for (ChannelStatus& status : router_->ChannelStates()) {
      if (status.channel_id == channel) return status;
    }
    ADD_FAILURE() << channel;
    return {};
  }
  std::map<std::int64_t, int> Count(int draws, const Request& request = kRequest) {
    std::map<std::int64_t, int> counts;
    SplitMix64 bits(5);
    for (int i = 0; i < draws; ++i) ++counts[router_->Select(request, RandomBits(bits)).channel_id()];
    return counts;
  }
  std::string Share(std::int64_t channel) {
    for (const ChannelShare& s : router_->Distribute(kRequest).shares) {
      if (s.channel_id == channel) return s.share.Text();
    }
    return "0";
  }

  FakeClock clock_;
  std::optional<Router> router_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_CHANNEL_STATE_FIXTURE_H_
