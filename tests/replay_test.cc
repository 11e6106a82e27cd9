// What records promise: the same words give the same answer again, from the table that a dump gives back; recording
// changes no walk; and the reasons why others were not taken are right.
#include "pointsman/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pointsman/load/dump.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/random_tables.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

// A request and what it points into.
class RandomRequest {
 public:
  explicit RandomRequest(RandomTables& random) {
    request_.group = Keep(random.OneIn(5) ? "" : random.Group());
    request_.user_group = Keep(random.OneIn(3) ? random.Group() : "");
    request_.model = Keep(random.OneIn(9) ? "gpt-4-gizmo-x" : random.Model());
    if (random.OneIn(4)) request_.allowed_groups = allowed_ = List(random);
    if (random.OneIn(4)) request_.ordered_groups = ordered_ = List(random);
    request_.stay_in_group = random.OneIn(5);
    if (random.OneIn(6)) request_.pin = static_cast<std::int64_t>(random.Below(4));
    if (random.OneIn(4)) request_.affinity = ~std::uint64_t{random.Below(9)};
    modulus_ = static_cast<std::int64_t>(1 + random.Below(5));
    if (random.OneIn(3)) request_.filter = {.judge = &Judge, .context = &modulus_};
  }
  const Request& request() const { return request_; }

 private:
  // Every so many channels are refused; or some of them cannot be judged at all.
  static std::int32_t Judge(void* context, const FilterCandidate& c) noexcept {
    const std::int64_t modulus = *static_cast<std::int64_t*>(context);
    if (modulus == 5 && c.channel_id % 2 == 0) return -3;
    return c.channel_id % modulus == 0 && modulus > 1 ? static_cast<std::int32_t>(modulus) : 0;
  }
  std::string_view Keep(const std::string& text) { return *texts_.insert(text).first; }
  std::vector<std::string_view> List(RandomTables& random) {
    std::vector<std::string_view> list;
    for (std::size_t n = random.Below(5); n > 0; --n) list.push_back(Keep(random.Group()));
    return list;
  }

  std::set<std::string> texts_;
  std::vector<std::string_view> allowed_;
  std::vector<std::string_view> ordered_;
  std::int64_t modulus_ = 1;
  Request request_;
};

void SwitchSomeOff(Router& router, RandomTables& random) {
  for (std::int64_t id = 1; id < 7; ++id) {
    if (random.OneIn(5)) router.SwitchOff(id);
  }
}

// The explanation is of that moment: who was out, what was tried and filtered; the answer is among those that it gives
// a share, and not among those that were not taken.
void ExpectExplains(const Replay& replay, const DecisionRecord& record) {
  const auto fails = [](const FilterVerdict& v) { return v.code < 0; };
  if (std::any_of(record.verdicts.begin(), record.verdicts.end(), fails)) return;  // whom a draw meets decides
  const Explanation& why = replay.explanation;
  ASSERT_EQ(ReasonName(why.reason), ReasonName(record.answer.reason)) << DecisionToJson(record);
  EXPECT_EQ(why.attempts, record.attempts ? record.attempts->size() : 0);
  if (!why.ok) return;
  bool has_share = false;
  for (const ExplainedTier& tier : why.tiers) {
    for (const ExplainedCandidate& c : tier.candidates) {
      has_share = has_share || (tier.group == record.answer.group && c.channel_id == record.answer.channel_id &&
                                c.share.numerator > 0);
    }
  }
  EXPECT_TRUE(has_share) << DecisionToJson(record) << "\n" << why.Text(Language::kEnglish, Audience::kOperator);
  for (const RejectedCandidate& r : record.rejected) {
    EXPECT_FALSE(r.candidate.channel_id == record.answer.channel_id && r.candidate.group == record.answer.group &&
                 r.candidate.priority == record.answer.priority)
        << DecisionToJson(record);
  }
}

// Mostly the key's fault, so that walks go on with another key, and channels cool down.
OutcomeKind RandomOutcome(RandomTables& random) {
  if (random.OneIn(2)) return OutcomeKind::kCredentialRefused;
  return static_cast<OutcomeKind>(random.Below(kOutcomeKinds));
}

RouterOptions FailingAtOnce(RandomTables& random, FakeClock& clock) {
  const CooldownPolicy cooldown{.consecutive_failures = 1, .max_cooling_share = 1};
  return {.state = {.cooldown = cooldown,
                    .all_cooling = random.OneIn(4) ? AllCooling::kRefuse : AllCooling::kFailOpen,
                    .clock = clock.clock(),
                    .jitter_seed = 1}};
}

// What records of random walks were of.
struct Seen {
  std::map<Reason, int> reasons;
  int degraded = 0, other_keys = 0;

  void Note(const Selection& s, const DecisionRecord& record) {
    ++reasons[s.reason()];
    degraded += s.degraded() ? 1 : 0;
    if (!record.attempts || record.attempts->empty()) return;
    const Attempt& last = (*record.attempts)[record.attempts->size() - 1];
    other_keys += s && last.keys_fault && last.channel_id == s.channel_id() ? 1 : 0;
  }
};

TEST(Replay, GivesTheRecordedAnswerFromADumpOverRandomWalks) {
  Seen seen;
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    RandomTables random(seed);
    const auto table = random.Next();
    FakeClock clock;
    Router router(table->policy(), FailingAtOnce(random, clock));
    ASSERT_TRUE(router.Publish(table).ok());
    SwitchSomeOff(router, random);
    const LoadedDump loaded = *ParseDump(DumpToJson(router.Dump()));
    SplitMix64 bits(seed);
    for (int requests = 0; requests < 3; ++requests) {
      const RandomRequest asked(random);
      Attempts attempts;
      for (int attempt = 0; attempt < 4; ++attempt) {
        DecisionRecord record;
        Attempts* const walk = random.OneIn(4) ? nullptr : &attempts;
        Selection s = router.SelectRecorded(asked.request(), walk, RandomBits(bits), record);
        seen.Note(s, record);
        const absl::StatusOr<DecisionRecord> read = ParseDecision(DecisionToJson(record));
        ASSERT_TRUE(read.ok()) << read.status() << "\n" << DecisionToJson(record);
        ASSERT_EQ(*read, record);
        const Replay replay = ReplayDecision(*loaded.dump.table, *read);
        ASSERT_TRUE(replay.same_table);
        ASSERT_TRUE(replay.same_answer) << DecisionToJson(record);
        EXPECT_EQ(replay.rejected, record.rejected);
        EXPECT_EQ(replay.answer.channel_id, s.channel_id());
        ASSERT_NO_FATAL_FAILURE(ExpectExplains(replay, record));
        if (walk != nullptr && random.OneIn(2)) router.Report(s, {.kind = RandomOutcome(random)}, attempts);
        if (random.OneIn(8)) clock.Advance(std::chrono::seconds(random.Below(400)));
      }
    }
  }
  for (const Reason reason :
       {Reason::kNone, Reason::kUnknownGroup, Reason::kGroupNotAllowed, Reason::kNoSuchModel, Reason::kModelNotInGroup,
        Reason::kAllDisabled, Reason::kAllFiltered, Reason::kExhausted, Reason::kFilterFailed, Reason::kPinUnusable,
        Reason::kEmptyTable, Reason::kAllCoolingDown}) {
    EXPECT_GT(seen.reasons[reason], 0) << ReasonName(reason) << " never came up";
  }
}

// Few channels that serve all there is, so that all of them have failed soon.
std::shared_ptr<const RouteTable> TableThatFails(RandomTables& random) {
  Policy policy;
  policy.retry.tiers = static_cast<RetryTiers>(random.Below(4));
  policy.retry.last_resort = random.OneIn(2) ? LastResort::kRepeat : LastResort::kNone;
  policy.retry.budget_per_group = static_cast<std::int32_t>(random.Below(4));
  policy.groups.groups["g"].fallback = {{"h", FallbackWhen::kExhausted}};
  if (random.OneIn(3)) policy.balance = static_cast<Balance>(random.Below(6));
  Rows rows("fails");
  for (std::int64_t id = 1; id <= 4; ++id) {
    ChannelRow row =
        Channel(id,
                id == 4           ? "h"
                : random.OneIn(3) ? "g,h"
                                  : "g",
                "m", static_cast<std::int64_t>(random.Below(3)), static_cast<std::int64_t>(random.Below(2)));
    if (random.OneIn(2)) row.keys = {.count = 2};
    rows.Add(row);
  }
  return MustCompile(rows, policy).table;
}

// Would catch: what is listed, or explained, of another pass than that which the answer comes from.
TEST(Replay, GivesTheRecordedAnswerWhereChannelsFailUntilWalksFailOpenRepeatOrTryAnotherKey) {
  Seen seen;
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    RandomTables random(seed);
    const auto table = TableThatFails(random);
    FakeClock clock;
    Router router(table->policy(), FailingAtOnce(random, clock));
    ASSERT_TRUE(router.Publish(table).ok());
    SplitMix64 bits(seed);
    for (int requests = 0; requests < 3; ++requests) {
      Attempts attempts;
      for (int attempt = 0; attempt < 6; ++attempt) {
        DecisionRecord record;
        Selection s = router.SelectRecorded({.group = "g", .model = "m"}, &attempts, RandomBits(bits), record);
        seen.Note(s, record);
        const Replay replay = ReplayDecision(*table, record);
        ASSERT_TRUE(replay.same()) << DecisionToJson(record);
        EXPECT_EQ(replay.rejected, record.rejected);
        ASSERT_NO_FATAL_FAILURE(ExpectExplains(replay, record));
        ASSERT_FALSE(HasFailure());
        router.Report(s, {.kind = RandomOutcome(random)}, attempts);
        if (random.OneIn(8)) clock.Advance(std::chrono::seconds(random.Below(400)));
      }
    }
  }
  EXPECT_GT(seen.degraded, 1000);
  EXPECT_GT(seen.other_keys, 1000);
}

TEST(SelectRecorded, IsTheWalkThatSelectIs) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    RandomTables random(seed);
    const auto table = random.Next();
    Router router(table->policy());
    ASSERT_TRUE(router.Publish(table).ok());
    SwitchSomeOff(router, random);
    const RandomRequest asked(random);
    SplitMix64 bits(seed);
    SplitMix64 same_bits(seed);
    Attempts attempts;
    Attempts same_attempts;
    for (int attempt = 0; attempt < 6; ++attempt) {
      DecisionRecord record;
      const Selection s = router.SelectRecorded(asked.request(), &attempts, RandomBits(bits), record);
      const Selection same = router.Select(asked.request(), same_attempts, RandomBits(same_bits));
      EXPECT_EQ(s.reason(), same.reason());
      ASSERT_EQ(s.channel_id(), same.channel_id());
      EXPECT_EQ(s.generation(), same.generation());
      EXPECT_EQ(s.cookie(), same.cookie());
      EXPECT_EQ(s.group(), same.group());
      ASSERT_EQ(attempts, same_attempts);
      EXPECT_EQ(bits(), same_bits()) << "as many words";
    }
  }
}

class ChangedRecord : public ::testing::Test {
 protected:
  ChangedRecord() {
    table_ = MustCompile(RowsOf(Channel(1, "g", "m", 1), Channel(2, "g", "m", 1))).table;
    EXPECT_TRUE(router_.Publish(table_).ok());
    ScriptedBits first({0});
    router_.SelectRecorded({.group = "g", .model = "m"}, nullptr, RandomBits(first), record_);
    EXPECT_EQ(record_.answer.channel_id, 1);
    EXPECT_TRUE(ReplayDecision(*table_, record_).same());
  }
  std::shared_ptr<const RouteTable> table_;
  Router router_;
  DecisionRecord record_;
};

TEST_F(ChangedRecord, AnotherWordGivesAnotherAnswer) {
  record_.words = {~std::uint64_t{0}};
  const Replay replay = ReplayDecision(*table_, record_);
  EXPECT_TRUE(replay.same_table);
  EXPECT_FALSE(replay.same_answer);
  EXPECT_EQ(replay.answer.channel_id, 2);
}

TEST_F(ChangedRecord, AMissingOrASpareWordIsNotTheSame) {
  record_.words.push_back(1);
  EXPECT_FALSE(ReplayDecision(*table_, record_).same_answer);
  record_.words.clear();
  EXPECT_FALSE(ReplayDecision(*table_, record_).same_answer);
}

TEST_F(ChangedRecord, AMissingVerdictIsNotTheSame) {
  record_.request.filtered = true;
  EXPECT_FALSE(ReplayDecision(*table_, record_).same_answer);
}

// Catches: a search that believes the order of a list that somebody wrote.
TEST_F(ChangedRecord, ChannelsThatWereOutMayBeNamedInAnyOrder) {
  const auto table = MustCompile(RowsOf(Channel(1, "g", "m", 1), Channel(2, "g", "m", 1), Channel(3, "g", "m", 1),
                                        Channel(5, "g", "m", 1)))
                         .table;
  for (const std::int64_t id : {5, 9, 1, 3, 1}) record_.out.push_back({.channel_id = id});
  EXPECT_EQ(ReplayDecision(*table, record_).answer.channel_id, 2);
}

TEST_F(ChangedRecord, AnotherTableIsSaidToBeAnother) {
  const auto other = MustCompile(RowsOf(Channel(1, "g", "m", 1), Channel(2, "g", "m", 2))).table;
  EXPECT_FALSE(ReplayDecision(*other, record_).same_table);
}

TEST(RecentDecisions, AreKeptUpToTheirNumberAndOnlyIfWanted) {
  const auto table = MustCompile(RowsOf(Channel(1, "g", "m", 1))).table;
  Router keeps({}, {.recent_decisions = 2});
  Router keeps_none;
  for (Router* router : {&keeps, &keeps_none}) {
    ASSERT_TRUE(router->Publish(table).ok());
    for (const char* model : {"a", "b", "m"}) {
      DecisionRecord record;
      router->SelectRecorded({.group = "g", .model = model}, nullptr, ThreadBits(), record);
    }
  }
  EXPECT_THAT(keeps_none.Dump().decisions, IsEmpty());
  const RouterDump dump = keeps.Dump();
  ASSERT_THAT(dump.decisions, SizeIs(2));
  EXPECT_EQ(dump.decisions[0].request.model, "b");
  EXPECT_EQ(dump.decisions[1].answer.channel_id, 1);
  EXPECT_EQ(ParseDump(DumpToJson(dump))->dump.decisions, dump.decisions);
}

TEST(SelectRecorded, ABoundedPartOfHostileNamesIsKeptAndMatchesNothingStill) {
  const std::string blanks(100000, ' ');
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "default", "m", 1))).table).ok());
  DecisionRecord record;
  const Selection s = router.SelectRecorded({.group = blanks, .model = blanks}, nullptr, ThreadBits(), record);
  EXPECT_FALSE(s);
  EXPECT_LT(DecisionToJson(record).size(), 10000u);
  EXPECT_TRUE(ReplayDecision(*router.TakeSnapshot().table, record).same());
}

std::string Refusal(const std::string& text) {
  const absl::Status status = ParseDecision(text, "record.json").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(status.message().data(), status.message().size());
}

TEST_F(ChangedRecord, IsRefusedWhereItIsMalformedWithPlaceAndCure) {
  const std::string text = DecisionToJson(record_);
  for (std::size_t bytes = 0; bytes < text.size(); ++bytes) {
    ASSERT_THAT(Refusal(text.substr(0, bytes)), AllOf(StartsWith("record.json:1:"), HasSubstr("; "))) << bytes;
  }
  const auto with = [&](const std::string& old, const std::string& other) {
    const std::size_t at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return Refusal(std::string(text).replace(at, old.size(), other));
  };
  EXPECT_THAT(with("\"words\"", "\"wrods\""), HasSubstr("unknown key \"wrods\" (did you mean \"words\"?)"));
  EXPECT_THAT(with("\"words\": [0]", "\"words\": [-1]"), HasSubstr("$.words[0] is -1; write a whole number from 0"));
  EXPECT_THAT(with("\"kNone\"", "\"none\""), HasSubstr("$.answer.reason is \"none\""));
  EXPECT_THAT(with("\"pointsman_decision\": 1", "\"pointsman_decision\": 2"), HasSubstr("read it with a newer one"));
  EXPECT_THAT(with("\"out\": []", "\"attempts\": {\"room\": 16, \"made\": \"9\"}, \"out\": []"),
              HasSubstr("$.attempts.made"));
  EXPECT_THAT(with("\"out\": []", "\"attempts\": {\"room\": 99999, \"made\": \"0\"}, \"out\": []"),
              HasSubstr("$.attempts.room"));
  EXPECT_THAT(with(", \"user_group\": \"\"", ""), HasSubstr("$.request has no \"user_group\""));
  EXPECT_THAT(Refusal("[]"), HasSubstr("is a list"));
}

// Without what says nothing in JSON: blanks, and the comments behind the lines.
std::string Bare(std::string_view text) {
  std::string bare;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '/') at = std::min(text.find('\n', at), text.size());
    if (at < text.size() && text[at] != ' ' && text[at] != '\n') bare += text[at];
  }
  return bare;
}

// The example of load/dump.h.
std::string ExampleOfADecision() {
  std::ifstream header(POINTSMAN_DUMP_HEADER);
  std::string example;
  for (std::string line; std::getline(header, line);) {
    if (example.empty() && line.find("{\"pointsman_decision\"") == line.npos) continue;
    if (!line.starts_with("//")) break;
    example += line.substr(2) + "\n";
  }
  return example;
}

// Would catch: a member that is written and that the header does not tell of.
TEST(DecisionJson, IsWhatTheHeadersExampleShowsWithEachMember) {
  const std::string example = ExampleOfADecision();
  const absl::StatusOr<DecisionRecord> record = ParseDecision(example, "dump.h");
  ASSERT_TRUE(record.ok()) << record.status() << "\n" << example;
  EXPECT_EQ(Bare(DecisionToJson(*record)), Bare(example));
  const auto& [hash, generation, request, attempts, out, refusing, verdicts, words, answer, rejected] = *record;
  const auto& [group, user_group, model, allowed, ordered, stays, pin, affinity, filtered] = request;
  EXPECT_TRUE(allowed && ordered && stays && pin && affinity && filtered);
  EXPECT_TRUE(attempts && !out.empty() && !refusing.empty() && !verdicts.empty() && !rejected.empty() && answer.key);
}

TEST(SelectRecorded, CallsACandidateWithoutAPriorityWhatItIs) {
  Policy policy;
  policy.priorities.null_priority = NullPriority::kNever;
  ChannelRow without = Channel(1, "g", "m", 1);
  without.priority = nullptr;
  Router router(policy);
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(without, Channel(2, "g", "m", 1)), policy).table).ok());
  DecisionRecord record;
  EXPECT_EQ(router.SelectRecorded({.group = "g", .model = "m"}, nullptr, ThreadBits(), record).channel_id(), 2);
  ASSERT_EQ(record.rejected.size(), 1u);
  EXPECT_EQ(record.rejected[0].why, Rejected::kNoPriority);
  EXPECT_EQ(ParseDecision(DecisionToJson(record)).value(), record);
}

}  // namespace
}  // namespace pointsman::testing
