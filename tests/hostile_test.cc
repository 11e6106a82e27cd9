// Names and bits that mean harm: every text that comes out is escaped and bounded, memory stays as it is, and every
// selection ends.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "pointsman/attempts.h"
#include "pointsman/diff.h"
#include "pointsman/doctor.h"
#include "pointsman/explain.h"
#include "pointsman/load/dump.h"
#include "pointsman/load/state.h"
#include "pointsman/metrics.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/hostile_names.h"
#include "support/plain_text.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

// Nobody, and somebody who serves only what has such a name.
Rows RowsWith(const std::string& name) {
  Rows rows = RowsOf(Channel(1, "g", "m", 1), Channel(2, "g", "m", 2), Ability("g", "m", 1));
  static_cast<void>(
      rows.Add(ChannelRow{.id = 3, .name = name, .status = 1, .groups = name, .models = name, .tag = name}));
  static_cast<void>(rows.Add(Ability(name, name, 3)));
  static_cast<void>(rows.Add(AbilityRow{.group = name, .model = name, .channel_id = 99}));
  static_cast<void>(rows.Add(TokenRow{.id = 1, .user_id = 7, .name = name, .group = name, .auto_groups = name}));
  static_cast<void>(rows.Add(TokenRow{.id = 2, .user_id = 7, .name = name, .group = ""}));
  static_cast<void>(rows.Add(UserRow{.id = 7, .username = name, .group = name}));
  static_cast<void>(rows.Add(OptionRow{.key = "AutoGroups", .value = name}));
  return rows;
}

TEST(HostileNames, AreEscapedAndBoundedInEveryExplanation) {
  for (const std::string& name : HostileNames()) {
    const Compiled compiled = MustCompile(RowsWith(name));
    EXPECT_EQ(WhatIsWrong(compiled.report.Text()), "") << Shown(name);
    Router router;
    ASSERT_TRUE(router.Publish(compiled.table).ok());
    const std::string_view list[] = {name, name};
    for (const Request& request :
         {Request{.group = name, .model = name}, Request{.group = "g", .user_group = name, .model = name},
          Request{.group = name, .model = "m"}, Request{.user_group = name, .model = "m"},
          Request{.group = "g", .model = "m", .allowed_groups = list},
          Request{.group = "g", .model = "m", .ordered_groups = list}}) {
      Attempts attempts;
      static_cast<void>(router.Select(request, attempts));
      const Explanation why = router.Explain(request, attempts);
      for (const Language language : {Language::kEnglish, Language::kChinese}) {
        for (const Audience audience : {Audience::kCaller, Audience::kOperator}) {
          EXPECT_EQ(WhatIsWrong(why.Text(language, audience), 8192), "") << Shown(name);
        }
      }
    }
  }
}

TEST(HostileNames, AreEscapedAndBoundedInWhatTheDoctorSays) {
  for (const std::string& name : HostileNames()) {
    for (const Dialect dialect : {Dialect::kSqlite, Dialect::kPostgresql, Dialect::kMysql}) {
      const Examination seen = Examine(RowsWith(name), {.dialect = dialect}).value();
      ASSERT_FALSE(seen.findings.empty()) << Shown(name);
      for (const Finding& finding : seen.findings) {
        EXPECT_EQ(WhatIsWrong(finding.message + finding.why + finding.advice), "") << finding.code << Shown(name);
        for (const FindingRow& row : finding.where) EXPECT_EQ(WhatIsWrong(row.key + row.detail), "") << finding.code;
        for (const RowChange& change : finding.changes) {
          const absl::StatusOr<std::string> sql = RenderSql(change, dialect);
          // A cure has to carry the name whole, however long it is.
          EXPECT_EQ(WhatIsWrong(sql.ok() ? *sql : std::string(sql.status().message()), 8 << 20), "") << finding.code;
        }
      }
    }
  }
}

TEST(HostileNames, AreEscapedAndBoundedInErrorsAndMetrics) {
  for (const std::string& name : HostileNames()) {
    Router router;
    ASSERT_TRUE(router.Publish(MustCompile(RowsWith(name)).table).ok());
    EXPECT_EQ(WhatIsWrong(std::string(router.SwitchOff(1, name).message())), "") << Shown(name);
    router.SwitchOff(1, {.why = name});
    router.SwitchOffTag(name, {.why = name});
    EXPECT_EQ(WhatIsWrong(PrometheusText(router.ChannelStates())), "") << Shown(name);
    EXPECT_EQ(WhatIsWrong(PrometheusText(std::vector<RouteCount>{{.group = name, .model = name, .timed = 1}})), "")
        << Shown(name);
    for (const ChannelStatus& status : router.ChannelStates()) EXPECT_LE(status.switch_note.size(), 256u);
    EXPECT_EQ(WhatIsWrong(std::string(Attempts::Parse(name).status().message())), "") << Shown(name);
    Policy policy;
    policy.groups.groups[name].fallback = {{name}};
    policy.groups.default_group = name;
    EXPECT_EQ(WhatIsWrong(std::string(policy.Validate().message())), "") << Shown(name);
    EXPECT_EQ(WhatIsWrong(std::string(TableFromLines(name).status().message())), "") << Shown(name);
  }
}

TEST(HostileNames, GoThroughJsonAndComeBack) {
  for (const std::string& name : HostileNames()) {
    Router router({}, {.recent_decisions = 1});
    ASSERT_TRUE(router.Publish(MustCompile(RowsWith(name)).table).ok());
    router.SwitchOff(1, {.why = name});
    DecisionRecord record;
    static_cast<void>(router.SelectRecorded({.group = name, .model = name}, nullptr, ThreadBits(), record));
    const std::string decision = DecisionToJson(record);
    EXPECT_TRUE(IsPlainJson(decision)) << Shown(name);
    EXPECT_LT(decision.size(), 16384u) << Shown(name);
    EXPECT_EQ(ParseDecision(decision).value(), record) << Shown(name);
    const std::vector<ChannelStatus> stands = router.ChannelStates();  // now: it says how long it has been so
    const std::string states = ChannelStatesToJson(stands);
    EXPECT_TRUE(IsPlainJson(states)) << Shown(name);
    EXPECT_EQ(ParseChannelStates(states).value(), stands) << Shown(name);
    const std::string dump = DumpToJson(router.Dump());
    EXPECT_TRUE(IsPlainJson(dump)) << Shown(name);
    EXPECT_EQ(ParseDump(dump)->dump.table->content_hash(), router.TakeSnapshot().table->content_hash());
  }
}

// What this process has allocated by now; 0 where the allocator does not say (under a sanitizer).
std::size_t Allocated() { return mallinfo2().uordblks; }

TEST(HostileRequests, TenMillionDistinctUnknownModelsLeaveMemoryAsItIs) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{"g"}};
  policy.models.aliases["a"] = "m";
  Router plain;
  Router full(policy);
  ASSERT_TRUE(plain.Publish(TableFromLines("1 g m\n2 g n*").value()).ok());
  ASSERT_TRUE(full.Publish(TableFromLines("1 g,vip m\n2 g n*", policy).value()).ok());
  static_cast<void>(plain.Select({.group = "g", .model = "m"}));
  const std::size_t bytes = plain.memory_bytes() + full.memory_bytes();
  char name[32];
  const auto ask = [&](int i) {
    const int length = std::snprintf(name, sizeof name, "unheard-of-%d", i);
    const std::string_view model(name, static_cast<std::size_t>(length));
    ASSERT_EQ(plain.Select({.group = "g", .model = model}).reason(), Reason::kNoSuchModel);
    if (i % 10 != 0) return;
    ASSERT_EQ(full.Select({.group = "vip", .model = model}).reason(), Reason::kNoSuchModel);
    ASSERT_EQ(plain.Select({.group = model, .model = "m"}).reason(), Reason::kUnknownGroup);
  };
  ask(0);
  const std::size_t before = Allocated();
  for (int i = 1; i <= 10'000'000; ++i) ask(i);
  EXPECT_EQ(Allocated(), before);
  EXPECT_EQ(plain.memory_bytes() + full.memory_bytes(), bytes);
}

// A source of bits that is none: all zeros, all ones, and both in turns.
class BrokenBits {
 public:
  explicit BrokenBits(int kind) : kind_(kind) {}
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()() {
    ++asked_;
    return kind_ == 0 ? 0 : kind_ == 1 ? max() : asked_ % 2 == 0 ? 0 : max();
  }
  std::size_t asked() const { return asked_; }

 private:
  int kind_;
  std::size_t asked_ = 0;
};

// One tier of a few, one of many, one of the largest weights; some are out, one is coming back, one has a limit.
Rows ManyChannels() {
  Rows rows("many");
  for (std::int64_t id = 1; id <= 5; ++id) static_cast<void>(rows.Add(Channel(id, "few", "m", id)));
  for (std::int64_t id = 10; id < 110; ++id) static_cast<void>(rows.Add(Channel(id, "many", "m", id, id % 3)));
  for (std::int64_t id = 200; id < 264; ++id) static_cast<void>(rows.Add(Channel(id, "wide", "m", 4294967295 - id)));
  return rows;
}

TEST(HostileBits, EndEverySelectionUnderEveryBalanceAndShareRule) {
  std::size_t most = 0;
  for (int balance = 0; BalanceName(static_cast<Balance>(balance)) != "unknown"; ++balance) {
    for (int rule = 0; rule < 4; ++rule) {
      for (int tiers = 0; tiers < 4; ++tiers) {
        FakeClock clock;
        Policy policy{.shares = static_cast<ShareRule>(rule), .balance = static_cast<Balance>(balance)};
        policy.retry = {.tiers = static_cast<RetryTiers>(tiers), .last_resort = LastResort::kRepeat, .budget = 16};
        Router router(policy,
                      {.state = {.cooldown = {.consecutive_failures = 1}, .clock = clock.clock(), .jitter_seed = 1}});
        ASSERT_TRUE(router.Publish(MustCompile(ManyChannels(), policy).table).ok());
        for (std::int64_t id = 2; id < 264; id += 3) router.SwitchOff(id);
        for (const std::int64_t id : {1, 10, 201}) {
          Selection s = router.Select({.group = id == 1 ? "few" : id == 10 ? "many" : "wide", .model = "m", .pin = id});
          ASSERT_TRUE(s) << id;
          router.Report(s, {.kind = OutcomeKind::kTransient});
          clock.Advance(std::chrono::seconds(6));
          s = router.Select({.group = id == 1 ? "few" : id == 10 ? "many" : "wide", .model = "m", .pin = id});
          router.Report(s, {.kind = OutcomeKind::kSuccess});  // slow start
        }
        ASSERT_TRUE(router.SetLimits(12, {.max_in_flight = 1}).ok());
        for (int kind = 0; kind < 3; ++kind) {
          for (const std::string_view group : {"few", "many", "wide"}) {
            const Request request{.group = group, .model = "m", .affinity = kind == 0 ? 0 : ~std::uint64_t{0}};
            BrokenBits alone(kind);
            EXPECT_TRUE(router.Select(request, RandomBits(alone)));
            Attempts attempts;
            BrokenBits walked(kind);
            while (router.Select(request, attempts, RandomBits(walked))) {
            }
            EXPECT_GE(attempts.size(), 2u) << balance << rule << tiers << group;
            most = std::max({most, alone.asked(), walked.asked() / attempts.size()});
          }
        }
      }
    }
  }
  std::printf("at most %zu words for a selection\n", most);
  EXPECT_LT(most, 20'000u);
}

}  // namespace
}  // namespace pointsman::testing
