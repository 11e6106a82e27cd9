// Names that mean harm in what is said of a row before it is written, and of a source that is followed.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "pointsman/doctor.h"
#include "pointsman/refresher.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/hostile_names.h"
#include "support/plain_text.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

void ExpectHarmless(const std::vector<Finding>& findings, const std::string& name) {
  EXPECT_FALSE(findings.empty()) << Shown(name);
  for (const Finding& finding : findings) {
    EXPECT_EQ(WhatIsWrong(finding.message), "") << finding.code << Shown(name);
    EXPECT_EQ(WhatIsWrong(finding.why + finding.advice), "") << finding.code << Shown(name);
    for (const FindingRow& row : finding.where) EXPECT_EQ(WhatIsWrong(row.key + row.detail), "") << finding.code;
  }
}

// The handler that is about to write such a row shows this to whoever asked for it.
TEST(HostileNames, AreEscapedAndBoundedInWhatIsSaidOfARowBeforeItIsWritten) {
  for (const std::string& name : HostileNames()) {
    Policy policy;
    policy.groups.groups["vip"].fallback = {{"g"}};
    const auto table = MustCompile(RowsOf(Channel(1, "g", "m", 1)), policy).table;
    const UserRow owner{.id = 7, .username = name, .group = name};
    ExpectHarmless(CheckToken(*table, {.id = 1, .user_id = 7, .name = name, .group = name}, &owner), name);
    ExpectHarmless(CheckToken(*table, {.id = 1, .user_id = 7, .name = name, .group = ""}, &owner), name);
    ExpectHarmless(CheckToken(*table, {.id = 1,
                                       .name = name,
                                       .group = "g",
                                       .model_limits_enabled = 1,
                                       .model_limits = name,
                                       .auto_groups = name}),
                   name);
    ExpectHarmless(CheckChannel(*table, {.id = 2,
                                         .name = name,
                                         .status = 1,
                                         .groups = name + " ," + name,
                                         .models = name,
                                         .weight = -1,
                                         .tag = name,
                                         .model_mapping = name,
                                         .channel_info = name}),
                   name);
  }
}

// A source whose name, error and rows are such names.
class HostileLoader final : public Loader {
 public:
  explicit HostileLoader(std::string name) : name_(std::move(name)) {}
  absl::Status Load(RowSink& sink, const Wanted&) override {
    if (fails_) return absl::UnavailableError(name_);
    static_cast<void>(sink.Add(Channel(1, "g", "m", 1)));
    static_cast<void>(
        sink.Add(ChannelRow{.id = 2, .name = name_, .status = 1, .groups = name_, .models = name_, .weight = -1}));
    return absl::OkStatus();
  }
  std::string source() const override { return name_; }
  void Fail() { fails_ = true; }

 private:
  std::string name_;
  bool fails_ = false;
};

TEST(HostileNames, AreEscapedAndBoundedInTheStatusOfARefresherAndInItsReports) {
  for (const std::string& name : HostileNames()) {
    HostileLoader loader(name);
    Router router;
    FakeClock clock;
    Refresher refresher(router, loader, {.clock = clock.clock(), .jitter_seed = 1});
    const RefreshTurn turn = refresher.Step();
    EXPECT_EQ(WhatIsWrong(turn.report.Text()), "") << Shown(name);
    EXPECT_EQ(WhatIsWrong(refresher.status().Text()), "") << Shown(name);
    EXPECT_EQ(refresher.status().rejections, 1u) << Shown(name);
    loader.Fail();
    refresher.Notify();
    clock.Advance(std::chrono::hours(1));
    static_cast<void>(refresher.Step());
    EXPECT_EQ(refresher.status().failures_in_a_row, 1u) << Shown(name);
    EXPECT_EQ(WhatIsWrong(refresher.status().Text()), "") << Shown(name);
  }
}

}  // namespace
}  // namespace pointsman::testing
