// Names that were chosen to collide: whoever does not know the process's seed cannot make lookups longer, and luck
// cannot either. Counted are the records that lookups pass, in tables as requests meet them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pointsman/random.h"
#include "random/system_seed.h"
#include "support/rows_builder.h"
#include "support/run_program.h"
#include "table/name_table.h"
#include "table/table_data.h"

namespace pointsman::testing {
namespace {

constexpr std::uint64_t kKnown = 42;

// What the first draw from the known seed comes to, the second one, and so on.
std::vector<name_hash::Seeds> KnownDraws() {
  SplitMix64 secrets(kKnown);
  std::vector<name_hash::Seeds> draws;
  for (int i = 0; i < NameTable::kDraws; ++i) draws.push_back({.a = secrets(), .b = secrets()});
  return draws;
}

void WriteWord(std::string& name, std::size_t at, std::uint64_t word) {
  std::memcpy(name.data() + at, &word, sizeof word);
}

// The i-th way of filling three bytes.
void Tell(std::string& name, std::size_t at, std::size_t i) {
  for (std::size_t k = 0; k < 3; ++k) name[at + k] = static_cast<char>('!' + (i >> 6 * k) % 64);
}

// Names of so many bytes whose hash is the same under the first draw from the known seed: each product of two words has
// a first word that is a secret, which makes it 0 whatever the second one is.
std::vector<std::string> NamesThatCollide(std::size_t bytes, std::size_t n) {
  const name_hash::Seeds known = KnownDraws().front();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < n; ++i) {
    std::string name(bytes, 'x');
    for (std::size_t at = 0; at + 8 <= bytes; at += 16) WriteWord(name, at, known.a);
    if (bytes > 16 && bytes <= 32) WriteWord(name, bytes - 16, known.b);  // its halves' secrets differ
    Tell(name, bytes < 16 ? 8 : bytes - 8, i);
    names.push_back(std::move(name));
  }
  return names;
}

// The same under every draw: what differs is followed by a secret of each of them.
std::vector<std::string> NamesThatCollideInEveryDraw(std::size_t n) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < n; ++i) {
    std::string name(16 * (NameTable::kDraws + 1), 'x');
    Tell(name, 0, i);
    std::size_t at = 0;
    for (const name_hash::Seeds& known : KnownDraws()) WriteWord(name, at += 16, known.a);
    names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> UsualNames(std::size_t bytes, std::size_t n) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < n; ++i) {
    std::string name = "gpt-4o-" + std::to_string(i);
    name.resize(bytes, '-');
    names.push_back(std::move(name));
  }
  return names;
}

// On average.
double Probes(const NameTable& table, const std::vector<std::string>& names) {
  std::size_t probes = 0;
  for (const std::string& name : names) probes += table.Probes(name);
  return static_cast<double>(probes) / static_cast<double>(names.size());
}

NameTable TableOf(const std::vector<std::string>& names, std::uint64_t seed) {
  NameTable table;
  const std::vector<std::string_view> views(names.begin(), names.end());
  table.Build(views, seed);
  return table;
}

constexpr std::size_t kLengths[] = {15, 32, 48};  // each is hashed in a way of its own

class HashFlooding : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bytes, HashFlooding, ::testing::ValuesIn(kLengths), ::testing::PrintToStringParamName());

TEST_P(HashFlooding, NamesOfOneHashMakeTheTableDrawAgain) {
  const std::vector<std::string> flood = NamesThatCollide(GetParam(), 2000);
  const auto hash_of = [&](const std::string& name) {
    return name_hash::Hash(name.data(), name.size(), KnownDraws().front());
  };
  for (const std::string& name : flood) ASSERT_EQ(hash_of(name), hash_of(flood[0]));
  const NameTable table = TableOf(flood, kKnown);
  EXPECT_LE(Probes(table, flood), 2.01);
  for (std::uint32_t n = 0; n < flood.size(); ++n) ASSERT_EQ(table.Find(flood[n]), n);
}

// No seed is unlucky, although each of these names differs from others in few bits. Would catch: a seed that does not
// reach every byte, a table that takes its first draw as it is.
TEST_P(HashFlooding, NamesThatCollideUnderAKnownSeedAreAsOthersUnderRealOnes) {
  for (const auto& [names, seeds] : std::vector<std::pair<std::size_t, int>>{{2'000, 400}, {100'000, 5}}) {
    const std::vector<std::string> flood = NamesThatCollide(GetParam(), names);
    const std::vector<std::string> usual = UsualNames(GetParam(), names);
    double worst = 0;
    for (int i = 0; i < seeds; ++i) {
      const std::uint64_t seed = SystemSeed();
      const NameTable table = TableOf(flood, seed);
      const double ratio = Probes(table, flood) / Probes(TableOf(usual, seed), usual);
      ASSERT_LE(ratio, 2) << "seed " << seed;
      worst = std::max(worst, ratio);
      for (std::uint32_t n = 0; n < flood.size(); n += 7) ASSERT_EQ(table.Find(flood[n]), n);
    }
    std::printf("%zu names: at worst of %d seeds %.2f times the probes of usual ones\n", names, seeds, worst);
  }
}

std::shared_ptr<const RouteTable> Compiled(const std::vector<std::string>& names, const Policy& policy) {
  Rows rows("flood");
  static_cast<void>(rows.Add(Channel(1, "", "", 1)));
  for (const std::string& name : names) static_cast<void>(rows.Add(Ability(name, name, 1)));
  return MustCompile(rows, policy).table;
}

TEST(HashFloodingOfTables, WouldBeRealForWhoKnewTheSeed) {
  const std::vector<std::string> flood = NamesThatCollideInEveryDraw(2000);
  EXPECT_GT(Probes(TableOf(flood, kKnown), flood), 900);
}

// The four tables of a compiled table by which requests are looked up.
std::vector<double> ProbesOfTables(const std::vector<std::string>& names) {
  Policy policy;
  policy.source = RowSource::kAbilities;
  const std::shared_ptr<const RouteTable> table = Compiled(names, policy);
  EXPECT_EQ(table->data().models.size(), names.size());
  // Of a group with more to it, so that the others have a table of their own.
  policy.groups.groups[names[0]].balance = Balance::kLeastInFlight;
  const std::shared_ptr<const RouteTable> apart = Compiled(names, policy);
  return {Probes(table->data().group_table, names), Probes(table->data().model_table, names),
          Probes(table->data().plain_groups, names), Probes(apart->data().plain_groups, names)};
}

// Would catch: a table that hashes its names by a seed of its own.
TEST(HashFloodingOfTables, NamesAreLookedUpByTheSeedOfTheProcess) {
  const std::vector<std::string> flood = NamesThatCollideInEveryDraw(2000);
  FixProcessSeed(kKnown);
  for (const double probes : ProbesOfTables(flood)) EXPECT_GT(probes, 900);
  FixProcessSeed(SystemSeed());
  for (const double probes : ProbesOfTables(flood)) EXPECT_LT(probes, 3);
}

TEST(HashFloodingOfTables, EveryProcessHasASeedOfItsOwn) {
  constexpr const char* kTell = "POINTSMAN_TELL_THE_SEED";  // to who is run by this test
  if (std::getenv(kTell) != nullptr) {
    std::printf("seed %016llx\n", static_cast<unsigned long long>(ProcessSeed()));
    return;
  }
  setenv(kTell, "1", 1);
  std::set<std::string> told;
  for (int process = 0; process < 3; ++process) {
    const Outcome run = RunProgram({"/proc/self/exe", "--gtest_filter=*HasASeedOfItsOwn"});
    const std::size_t at = run.out.find("\nseed ");
    ASSERT_NE(at, std::string::npos) << run.out << run.err;
    told.insert(run.out.substr(at + 6, 16));
  }
  unsetenv(kTell);
  EXPECT_EQ(told.size(), 3u);
}

}  // namespace
}  // namespace pointsman::testing
