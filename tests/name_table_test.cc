// What the name table and the rows promise: every name is found, nothing else is, whatever its length and its hash.
#include "table/name_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pointsman/random.h"
#include "table/route_rows.h"

namespace pointsman::testing {
namespace {

// As large as the name, so that the address sanitizer sees who reads beyond it.
class InMemoryOfItsOwn {
 public:
  explicit InMemoryOfItsOwn(const std::string& name) : size_(name.size()), bytes_(new char[size_]) {
    std::copy(name.begin(), name.end(), bytes_.get());
  }
  operator std::string_view() const { return {bytes_.get(), size_}; }  // NOLINT: it is one

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

TEST(NameTable, FindsNamesOfEveryLengthAndNoNeighbourOfThem) {
  std::vector<std::string> names;
  for (std::size_t length = 0; length <= 130; ++length) {
    std::string name;
    for (std::size_t i = 0; i < length; ++i) name += static_cast<char>('a' + (i * 7 + length) % 26);
    names.push_back(name);
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  NameTable table;
  table.Build(views, 42);
  const auto find = [&](const std::string& name) { return table.Find(InMemoryOfItsOwn(name)); };
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(find(names[i]), i);
    for (std::size_t at = 0; at < names[i].size(); ++at) {  // one byte wrong, anywhere
      std::string other = names[i];
      other[at] = '#';
      EXPECT_EQ(find(other), kNoIndex) << names[i] << " at " << at;
    }
    EXPECT_EQ(find(names[i] + "#"), kNoIndex);
  }
}

TEST(NameTable, FindsAllOfManyAndNothingElse) {
  std::vector<std::string> names;
  for (int i = 0; i < 20000; ++i) names.push_back("model-" + std::to_string(i));
  const std::vector<std::string_view> views(names.begin(), names.end());
  NameTable table;
  table.Build(views, ProcessSeed());
  for (std::uint32_t i = 0; i < names.size(); ++i) ASSERT_EQ(table.Find(names[i]), i);
  for (int i = 20000; i < 40000; ++i) ASSERT_EQ(table.Find("model-" + std::to_string(i)), kNoIndex);
}

TEST(NameTable, WithoutNamesFindsNothing) {
  NameTable table;
  EXPECT_EQ(table.Find("x"), kNoIndex);
  EXPECT_EQ(table.Find(""), kNoIndex);
  table.Build({}, 1);
  EXPECT_EQ(table.Find(""), kNoIndex);
}

TEST(NameTable, NamesMayHoldAnyBytes) {
  const std::vector<std::string_view> names = {std::string_view("\0", 1), std::string_view("\0\0", 2), "\xff\xfe"};
  NameTable table;
  table.Build(names, 7);
  for (std::uint32_t i = 0; i < names.size(); ++i) EXPECT_EQ(table.Find(names[i]), i);
}

TEST(NameHash, DependsOnBothSeedsAndOnEveryByte) {
  for (std::size_t length = 1; length <= 70; ++length) {
    const std::string name(length, 'a');
    const auto hash_of = [&](const std::string& text, name_hash::Seeds seeds) {
      return name_hash::Hash(text.data(), text.size(), seeds);
    };
    const std::uint64_t hash = hash_of(name, {.a = 0x1234567887654321, .b = 0x0fedcba99abcdef0});
    EXPECT_NE(hash, hash_of(name, {.a = 0x1234567887654322, .b = 0x0fedcba99abcdef0}));
    EXPECT_NE(hash, hash_of(name, {.a = 0x1234567887654321, .b = 0x0fedcba99abcdef1}));
    for (std::size_t at = 0; at < length; ++at) {
      std::string other = name;
      other[at] = 'b';
      EXPECT_NE(hash, hash_of(other, {.a = 0x1234567887654321, .b = 0x0fedcba99abcdef0})) << length << " at " << at;
    }
  }
}

// The hash of 32 bytes is the same for their four words in reverse, whatever the seeds: only the bytes tell these
// apart. Would catch: a comparison that leaves out a part of them.
TEST(NameTable, TellsNamesApartThatHaveTheSameHash) {
  const std::string a = "outside.";
  const std::string b = "first...";
  const std::string c = "second..";
  const std::string d = "another.";
  for (const auto& [one, other] : std::vector<std::pair<std::string, std::string>>{{a + b + c + a, a + c + b + a},
                                                                                   {a + b + c + d, d + c + b + a}}) {
    const name_hash::Seeds seeds{.a = 1234567891, .b = 987654321};
    ASSERT_EQ(name_hash::Hash(one.data(), 32, seeds), name_hash::Hash(other.data(), 32, seeds));
    NameTable table;
    table.Build(std::vector<std::string_view>{one}, ProcessSeed());
    EXPECT_EQ(table.Find(one), 0u);
    EXPECT_EQ(table.Find(other), kNoIndex);
    table.Build(std::vector<std::string_view>{one, other}, ProcessSeed());
    EXPECT_EQ(table.Find(one), 0u);
    EXPECT_EQ(table.Find(other), 1u);
  }
}

TEST(NameTable, TellsNamesApartThatDifferOnlyInLength) {
  std::vector<std::string> names;
  for (std::size_t length = 1; length <= 80; length += 2) names.emplace_back(length, 'a');
  const std::vector<std::string_view> views(names.begin(), names.end());
  NameTable table;
  table.Build(views, 5);
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(table.Find(names[i]), i);
    EXPECT_EQ(table.Find(names[i] + "a"), kNoIndex);
  }
}

TEST(RouteRows, DenseAndSparseRowsAnswerAlike) {
  SplitMix64 bits(3);
  RouteRows rows;
  std::vector<std::map<std::uint32_t, TierRef>> expected;
  constexpr std::uint32_t kModels = 1000;
  for (const std::uint64_t one_in : {1u, 2u, 10u, 100u, 1000u, 100000u}) {
    std::vector<ListedRoute> routes;
    for (std::uint32_t m = 0; m < kModels; ++m) {
      if (bits() % one_in == 0) routes.push_back({.model = m, .first = 1 + static_cast<TierRef>(bits() % 1000)});
    }
    rows.Append(routes, kModels);
    expected.emplace_back();
    for (const ListedRoute& route : routes) expected.back()[route.model] = route.first;
  }
  for (std::uint32_t g = 0; g < expected.size(); ++g) {
    for (std::uint32_t m = 0; m < kModels; ++m) {
      const auto found = expected[g].find(m);
      ASSERT_EQ(rows.Find(g, m), found == expected[g].end() ? kNotListed : found->second) << g << " " << m;
    }
    std::map<std::uint32_t, TierRef> listed;
    std::uint32_t last = 0;
    for (const ListedRoute& route : rows.RoutesOf(g)) {
      EXPECT_GE(route.model, last);
      last = route.model;
      listed[route.model] = route.first;
    }
    EXPECT_EQ(listed, expected[g]);
  }
}

}  // namespace
}  // namespace pointsman::testing
