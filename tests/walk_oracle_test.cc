// All that there is to a selection, at once: random policies, those of the gateways among them, and walks through
// random tables, while tables are published, channels switched, limited and reported on, and time passes. The library
// and the naive walker must agree about every attempt. A program on which they do not is shortened and printed.
// POINTSMAN_SEEDS sets how many programs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/choice_tape.h"
#include "support/golden.h"
#include "support/walk_printed.h"
#include "support/walk_program.h"

namespace pointsman::testing {
namespace {

int Seeds() {
  const char* wanted = std::getenv("POINTSMAN_SEEDS");
  return wanted == nullptr ? 10000 : std::atoi(wanted);
}

constexpr std::uint64_t kWithState = 1354, kWithoutState = 400;

std::string Printed(std::uint64_t seed) {
  WalkProgram::Met met;
  ChoiceTape tape(seed);
  WalkProgram program(tape, met, WalkProgram::Lie::kNone, WalkProgram::Tells::kAll);
  EXPECT_EQ(program.Run(), std::nullopt);
  return program.Text();
}

// The channels of all selections; 0 where nobody serves.
std::vector<std::int64_t> Served(std::uint64_t seed) {
  WalkProgram::Met met;
  ChoiceTape tape(seed);
  WalkProgram program(tape, met, WalkProgram::Lie::kNone, WalkProgram::Tells::kNothing);
  EXPECT_EQ(program.Run(), std::nullopt);
  return program.served();
}

std::vector<std::int64_t> OfPrintedWithState() {
#include "printed/walks/with_state.inc"
  return served;
}

std::vector<std::int64_t> OfPrintedWithoutState() {
#include "printed/walks/without_state.inc"
  return served;
}

// What they do not agree about.
std::optional<std::string> Wrong(ChoiceTape& tape, WalkProgram::Met& met, WalkProgram::Lie lie) {
  return WalkProgram(tape, met, lie, WalkProgram::Tells::kNothing).Run();
}

// The shortest program on which they do not agree, as text.
std::string Shown(const ChoiceTape& failing, WalkProgram::Lie lie) {
  WalkProgram::Met met;
  ChoiceTape shortest = Shortest(failing, [&](ChoiceTape& tape) { return Wrong(tape, met, lie).has_value(); });
  WalkProgram program(shortest, met, lie, WalkProgram::Tells::kAll);
  const std::string wrong = program.Run().value_or("nothing any more");
  return program.Text() + "// " + wrong;
}

TEST(WalkOracle, EveryAttemptOfRandomWalksIsWhatTheNaiveWalkerSays) {
  WalkProgram::Met met;
  for (int seed = 1; seed <= Seeds(); ++seed) {
    ChoiceTape tape(static_cast<std::uint64_t>(seed));
    if (!Wrong(tape, met, WalkProgram::Lie::kNone)) continue;
    FAIL() << "seed " << seed << ":\n" << Shown(tape, WalkProgram::Lie::kNone);
  }
  // A comparison that never meets something proves nothing about it.
  const std::map<std::string, int> once_in = {{"kAllZeroWeight", 1000}, {"affinity", 500}, {"handles degraded", 500}};
  for (const char* what : {"kNone",
                           "kUnknownGroup",
                           "kEmptyGroup",
                           "kGroupNotAllowed",
                           "kNoSuchModel",
                           "kModelNotInGroup",
                           "kAllDisabled",
                           "kAllFiltered",
                           "kAllZeroWeight",
                           "kAllCoolingDown",
                           "kAllAtLimit",
                           "kExhausted",
                           "kBudgetSpent",
                           "kPinUnusable",
                           "kEmptyTable",
                           "affinity",
                           "turn",
                           "another key",
                           "degraded",
                           "slow start",
                           "tokens owed",
                           "retry after",
                           "new_api_memory",
                           "new_api_database",
                           "one_api_memory",
                           "new_api_memory_2025_04",
                           "alike below",
                           "another policy",
                           "handles",
                           "handles refused",
                           "handles degraded"}) {
    const auto rare = once_in.find(what);
    EXPECT_GE(met[what], Seeds() / (rare == once_in.end() ? 250 : rare->second)) << what;
  }
}

// The oracle's own test: somebody who is wrong about one rule is found out, and the program says which.
TEST(WalkOracle, AWrongRuleIsFoundAndShownInAFewLines) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 5000 && found < 3; ++seed) {
    WalkProgram::Met met;
    ChoiceTape tape(seed);
    if (!Wrong(tape, met, WalkProgram::Lie::kFallsBackAlways)) continue;
    ++found;
    const std::string shown = Shown(tape, WalkProgram::Lie::kFallsBackAlways);
    EXPECT_LE(std::count(shown.begin(), shown.end(), '\n'), 50) << shown;
    EXPECT_NE(shown.find("\"no_route\""), std::string::npos) << shown;
    EXPECT_NE(shown.find("router.Select("), std::string::npos) << shown;
  }
  EXPECT_EQ(found, 3);
}

// Written into files by POINTSMAN_RENEW_GOLDEN=1; the next test is compiled with them.
TEST(WalkOracle, PrintsTheseProgramsOfWalks) {
  GoldenFolder printed(POINTSMAN_PRINTED_PATH);
  printed.Compare("with_state.inc", Printed(kWithState));
  printed.Compare("without_state.inc", Printed(kWithoutState));
  printed.ExpectNoOthers();
}

// Would catch: a program that leaves out what it takes to see the same again.
TEST(WalkOracle, WhatItPrintsCompilesAndServesTheSame) {
  EXPECT_EQ(OfPrintedWithState(), Served(kWithState));
  EXPECT_EQ(OfPrintedWithoutState(), Served(kWithoutState));
}

}  // namespace
}  // namespace pointsman::testing
