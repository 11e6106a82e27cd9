// Names that were chosen to collide: whoever does not know the process's seed cannot make lookups longer. Counted are
// the records that lookups pass, in tables as requests meet them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/random.h"
#include "random/system_seed.h"
#include "support/rows_builder.h"
#include "table/name_table.h"
#include "table/table_data.h"

namespace pointsman::testing {
namespace {

constexpr std::uint64_t kKnown = 42;

// Names of so many bytes whose hash is the same under the known seed: each product of two words has a first word that
// is a secret, which makes it 0 whatever the second one is.
std::vector<std::string> NamesThatCollide(std::size_t bytes, std::size_t n) {
  SplitMix64 secrets(kKnown);
  const std::uint64_t a = secrets();
  const std::uint64_t b = secrets();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < n; ++i) {
    std::string name(bytes, 'x');
    for (std::size_t at = 0; at + 8 <= bytes; at += 16) std::memcpy(name.data() + at, &a, sizeof a);
    if (bytes > 16 && bytes <= 32) std::memcpy(name.data() + bytes - 16, &b, sizeof b);  // its halves' secrets differ
    const std::size_t free = bytes < 16 ? 8 : bytes - 8;
    for (std::size_t k = 0; k < 3; ++k) name[free + k] = static_cast<char>('!' + (i >> 6 * k) % 64);
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

// Of each length that is hashed in a way of its own.
class HashFlooding : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bytes, HashFlooding, ::testing::Values(15, 32, 48), ::testing::PrintToStringParamName());

TEST_P(HashFlooding, WouldBeRealForWhoKnewTheSeed) {
  const std::vector<std::string> flood = NamesThatCollide(GetParam(), 2000);
  EXPECT_GT(Probes(TableOf(flood, kKnown), flood), 900);
}

// Would catch: a seed that outsiders know, or one that does not reach every byte.
TEST_P(HashFlooding, NamesThatCollideUnderAKnownSeedAreAsOthersUnderTheRealOne) {
  for (const std::size_t names :
       {std::size_t{2'000}, std::size_t{100'000}}) {  // the many would take minutes if the few were slow
    const std::vector<std::string> flood = NamesThatCollide(GetParam(), names);
    const std::vector<std::string> usual = UsualNames(GetParam(), names);
    double worst = 0;
    for (const std::uint64_t seed : {ProcessSeed(), SystemSeed(), SystemSeed(), SystemSeed()}) {
      worst = std::max(worst, Probes(TableOf(flood, seed), flood) / Probes(TableOf(usual, seed), usual));
    }
    std::printf("%zu flooding names: %.2f times the probes of usual ones, at worst of 4 seeds\n", names, worst);
    ASSERT_LE(worst, 3);
    const NameTable table = TableOf(flood, ProcessSeed());
    for (std::uint32_t i = 0; i < flood.size(); ++i) ASSERT_EQ(table.Find(flood[i]), i);
  }
}

std::shared_ptr<const RouteTable> Compiled(const std::vector<std::string>& names, const Policy& policy) {
  Rows rows("flood");
  static_cast<void>(rows.Add(Channel(1, "", "", 1)));
  for (const std::string& name : names) static_cast<void>(rows.Add(Ability(name, name, 1)));
  return MustCompile(rows, policy).table;
}

// Would catch: a table that hashes its names by a seed of its own.
TEST_P(HashFlooding, NamesOfACompiledTableAreLookedUpByTheSeedOfTheProcess) {
  const std::vector<std::string> flood = NamesThatCollide(GetParam(), 2000);
  Policy policy;
  policy.source = RowSource::kAbilities;
  for (const bool mentioned : {false, true}) {
    // Of a group with more to it, so that the others have a table of their own.
    if (mentioned) policy.groups.groups[flood[0]].balance = Balance::kLeastInFlight;
    const std::shared_ptr<const RouteTable> table = Compiled(flood, policy);
    const TableData& data = table->data();
    ASSERT_EQ(data.models.size(), flood.size());
    EXPECT_LT(Probes(data.group_table, flood), 6);
    EXPECT_LT(Probes(data.model_table, flood), 6);
    EXPECT_LT(Probes(data.plain_groups, flood), 6);
  }
}

}  // namespace
}  // namespace pointsman::testing
