// What the content hash promises: it depends on content alone, on all of it, the policy included, and is the same on
// every machine.
#include "table/content_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "pointsman/compile.h"
#include "support/rows_builder.h"
#include "table/word_hasher.h"

namespace pointsman::testing {
namespace {

TEST(ContentHash, IsTheSameForRowsInAnyOrder) {
  std::vector<ChannelRow> rows;
  for (int i = 1; i <= 6; ++i) rows.push_back(Channel(i, i % 2 == 0 ? "a,b" : "b", "m,n,o", i, i % 3));
  std::string hash;
  for (int turn = 0; turn < 6; ++turn) {
    std::rotate(rows.begin(), rows.begin() + 1, rows.end());
    Rows store("test");
    for (const ChannelRow& row : rows) store.Add(row);
    const std::string now = MustCompile(store).report.content_hash;
    EXPECT_TRUE(turn == 0 || now == hash) << now << " " << hash;
    hash = now;
  }
}

TEST(ContentHash, ChangesWithEverythingThatATableHolds) {
  const ChannelRow base{.id = 1,
                        .name = "n",
                        .type = 1,
                        .status = 1,
                        .groups = "g",
                        .models = "m",
                        .priority = 1,
                        .weight = 1,
                        .tag = "t"};
  std::vector<ChannelRow> variants(15, base);
  variants[0].id = 2;
  variants[1].name = "o";
  variants[2].type = 2;
  variants[3].status = 2;
  variants[4].groups = "h";
  variants[5].models = "n";
  variants[6].priority = 2;
  variants[7].weight = 2;
  variants[8].tag = "u";
  variants[9].channel_info = R"({"is_multi_key": true, "multi_key_size": 2})";
  variants[10].channel_info = R"({"is_multi_key": true, "multi_key_size": 3})";
  variants[11].channel_info = R"({"is_multi_key": true, "multi_key_size": 3, "multi_key_status_list": {"1": 2}})";
  variants[12].channel_info = R"({"is_multi_key": true, "multi_key_size": 3, "multi_key_status_list": {"1": 3}})";
  variants[13].status = variants[14].status = 2;  // out, like variants[3], but they would come back as others
  variants[13].weight = 2;
  variants[14].priority = 2;
  std::vector<std::string> hashes = {
      MustCompile(RowsOf(base)).report.content_hash,
      MustCompile(RowsOf(base), {.groups = {.default_group = "x"}}).report.content_hash,
      MustCompile(RowsOf(base), {.groups = {.empty_group = EmptyGroup::kExact}}).report.content_hash,
      MustCompile(RowsOf(base), {.source = RowSource::kChannels}).report.content_hash};
  for (const ChannelRow& variant : variants) hashes.push_back(MustCompile(RowsOf(variant)).report.content_hash);
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

TEST(ContentHash, EveryWordOfThePolicyChangesIt) {
  const auto with = [](const std::function<void(Policy&)>& change) {
    Policy policy;
    change(policy);
    return MustCompile(RowsOf(Bltcy()), policy).report.content_hash;
  };
  std::vector<std::string> hashes = {
      with([](Policy&) {}),
      with([](Policy& p) { p.groups.groups["vip"]; }),
      with([](Policy& p) { p.groups.groups["vip"].aliases = {"a"}; }),
      with([](Policy& p) { p.groups.groups["vip"].fallback = {{"a"}}; }),
      with([](Policy& p) { p.groups.groups["vip"].fallback = {{"b"}}; }),
      with([](Policy& p) { p.groups.groups["vip"].fallback = {{"a", FallbackWhen::kExhausted}}; }),
      with([](Policy& p) { p.groups.groups["vip"].fallback = {{"a"}, {"b"}}; }),
      with([](Policy& p) { p.groups.groups["vip"].fallback = {{"b"}, {"a"}}; }),
      with([](Policy& p) { p.groups.automatic["auto"] = {"a"}; }),
      with([](Policy& p) { p.groups.automatic["auto"] = {"a", "b"}; }),
      with([](Policy& p) { p.groups.usable.emplace(); }),
      with([](Policy& p) { p.groups.usable.emplace()["*"]; }),
      with([](Policy& p) { p.groups.usable.emplace()["*"] = {"a"}; }),
      with([](Policy& p) { p.models.normalizer = NewApiNormalizer(); }),
      with([](Policy& p) { p.models.prefixes = false; }),
      with([](Policy& p) { p.models.aliases["a"] = "b"; }),
      with([](Policy& p) { p.models.aliases["a"] = "c"; }),
      with([](Policy& p) { p.retry.tiers = RetryTiers::kOnePerTier; }),
      with([](Policy& p) { p.retry.last_resort = LastResort::kRepeat; }),
      with([](Policy& p) { p.retry.budget = 1; }),
      with([](Policy& p) { p.retry.tiers = RetryTiers::kByAttempt; }),
      with([](Policy& p) { p.retry.tiers = RetryTiers::kTopTwice; }),
      with([](Policy& p) { p.shares = ShareRule::kPlusTen; }),
      with([](Policy& p) { p.shares = ShareRule::kUniform; }),
      with([](Policy& p) { p.priorities.tiers = PriorityTiers::kAboveZero; }),
      with([](Policy& p) { p.priorities.null_priority = NullPriority::kNever; }),
      with([](Policy& p) { p.retry.budget_per_group = 1; })};
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

TEST(ContentHash, OfTheIncidentsChannelIsPinned) {
  // Equal on every machine and in every process: a change of this value is a change of the format and needs a new
  // version.
  EXPECT_EQ(MustCompile(RowsOf(Bltcy())).report.content_hash, "v1:141c31bbb25d5c3786e94490752ebbb2");
}

TEST(ContentHash, AgreesWithThePublishedMurmurHash) {
  // MurmurHash3 x64 128 of 16 zero bytes and of none, seed 0.
  EXPECT_EQ(WordHasher().Finish().Hex(), std::string(32, '0'));
  WordHasher zeros;
  zeros.Add(std::uint64_t{0});
  zeros.Add(std::uint64_t{0});
  EXPECT_EQ(zeros.Finish().Hex(), "4bbd1bf27da918d6b465a9eccd791cb6");
}

}  // namespace
}  // namespace pointsman::testing
