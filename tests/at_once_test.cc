// The usual path of a selection (select/at_once.h) against the careful one: the same shares, word for word.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/rows_builder.h"
#include "support/sweep.h"

namespace pointsman {
namespace {

using testing::Channel;
using ::testing::ElementsAre;
using testing::MustCompile;
using ::testing::Pair;
using testing::RowsOf;
using testing::ScriptedBits;
using testing::TopTier;
using testing::WordForTicket;

// Of 16 and of 32 bytes: the shortest and the longest name that are looked up without a call.
constexpr std::string_view kGroup = "a-group-of-16-by";
constexpr std::string_view kModel = "a-model-whose-name-has-32-bytes!";
static_assert(kGroup.size() == 16 && kModel.size() == 32);

// By a list of allowed groups, a request takes the careful path.
enum class Way : std::uint8_t { kNames, kHandles, kCareful };
constexpr std::array kWays = {Way::kNames, Way::kHandles, Way::kCareful};

Selection Ask(const Router& router, Way way, ScriptedBits& bits) {
  if (way == Way::kHandles)
    return router.Select(*router.FindGroup(kGroup), *router.FindModel(kModel), RandomBits(bits));
  const std::array allowed = {kGroup};
  Request request{.group = kGroup, .model = kModel};
  if (way == Way::kCareful) request.allowed_groups = allowed;
  return router.Select(request, RandomBits(bits));
}

// Wins of each channel over all (column, ticket) of its tier. Each takes one word.
std::map<std::int64_t, int> Sweep(const Router& router, const TierBlock& tier, Way way) {
  std::map<std::int64_t, int> wins;
  const std::uint64_t all = tier.size() * tier.tickets();
  for (std::uint64_t ticket = 0; ticket < all; ++ticket) {
    ScriptedBits bits({WordForTicket(ticket, all)});
    ++wins[Ask(router, way, bits).channel_id()];
    EXPECT_EQ(bits.asked(), 1u);
  }
  return wins;
}

TEST(AtOnce, EveryTicketOfACompactTierIsHeldByItsChannel) {
  Router router;
  const Compiled c =
      MustCompile(RowsOf(Channel(1, kGroup, kModel, 5), Channel(2, kGroup, kModel, 0), Channel(3, kGroup, kModel, 2)));
  ASSERT_TRUE(router.Publish(c.table).ok());
  for (const Way way : kWays) {
    EXPECT_THAT(Sweep(router, TopTier(*c.table, kGroup, kModel), way), ElementsAre(Pair(1, 15), Pair(3, 6)));
  }
}

TEST(AtOnce, EveryTicketOfAWideTierIsHeldByItsChannel) {
  Rows rows("test");
  for (std::int64_t id = 1; id <= 16; ++id) {
    rows.Add(Channel(id, kGroup, kModel, id % 3));
  }
  Router router;
  const Compiled c = MustCompile(rows);
  ASSERT_TRUE(router.Publish(c.table).ok());
  const TierBlock tier = TopTier(*c.table, kGroup, kModel);
  ASSERT_TRUE(tier.wide());
  for (const Way way : kWays) {
    std::map<std::int64_t, int> wins = Sweep(router, tier, way);
    for (std::int64_t id = 1; id <= 16; ++id) EXPECT_EQ(wins[id], 16 * (id % 3)) << id;
  }
}

TEST(AtOnce, AWordOfTheSliverIsRejectedAndTheNextOneTaken) {
  // 2^64 mod 6 is 4: the word 0 is rejected.
  Router router;
  ASSERT_TRUE(
      router.Publish(MustCompile(RowsOf(Channel(1, kGroup, kModel, 2), Channel(2, kGroup, kModel, 1))).table).ok());
  ScriptedBits bits({0, WordForTicket(3, 6)});
  EXPECT_TRUE(router.Select({.group = kGroup, .model = kModel}, RandomBits(bits)));
  EXPECT_EQ(bits.asked(), 2u);
}

TEST(AtOnce, AWordThatOnlyADivisionClearsIsUsedAndNotDrawnAnew) {
  // Two columns of two tickets; 2^64 mod 4 is 0, so the word 0 is no sliver. A word drawn anew would bend the shares.
  Router router;
  ASSERT_TRUE(
      router.Publish(MustCompile(RowsOf(Channel(1, kGroup, kModel, 1), Channel(2, kGroup, kModel, 1))).table).ok());
  ScriptedBits bits({0, ~std::uint64_t{0}});
  EXPECT_EQ(router.Select({.group = kGroup, .model = kModel}, RandomBits(bits)).channel_id(), 1);
  EXPECT_EQ(bits.asked(), 1u);
}

// Weights 3 (switched off), 2 and 1: the first word meets the one that is off, and the next one draws again, whatever
// its ticket is; and so does the one after it, where the next one met that channel again. Straight, both of these are
// drawn at once.
TEST(AtOnce, ARepeatedDrawHoldsEveryTicketByItsChannel) {
  const Compiled c =
      MustCompile(RowsOf(Channel(1, kGroup, kModel, 3), Channel(2, kGroup, kModel, 2), Channel(3, kGroup, kModel, 1)));
  const TierBlock tier = TopTier(*c.table, kGroup, kModel);
  const std::uint64_t all = tier.size() * tier.tickets();
  std::vector<std::uint64_t> of_the_first;
  for (std::uint64_t ticket = 0; ticket < all; ++ticket) {
    const auto column = static_cast<std::uint32_t>(ticket / tier.tickets());
    if (tier.Holder(column, ticket % tier.tickets()) == 0) of_the_first.push_back(WordForTicket(ticket, all));
  }
  ASSERT_EQ(of_the_first.size(), 9u);
  for (const Way way : kWays) {
    Router router;
    ASSERT_TRUE(router.Publish(c.table).ok());
    ASSERT_TRUE(router.SwitchOff(1));
    for (const std::uint64_t out : of_the_first) {
      for (std::size_t again = 0; again <= (way == Way::kCareful ? 1u : 2u); ++again) {  // then that one looks at all
        std::map<std::int64_t, int> wins;
        for (std::uint64_t ticket = 0; ticket < all; ++ticket) {
          std::vector<std::uint64_t> words(1 + again, out);
          words.push_back(WordForTicket(ticket, all));
          words.resize(8, WordForTicket(ticket, all));
          ScriptedBits bits(words);
          const std::int64_t id = Ask(router, way, bits).channel_id();
          const std::size_t straight = 1 + 2 * (1 + again / 2);
          if (bits.asked() == (way == Way::kCareful ? 2 + again : straight)) ++wins[id];
        }
        EXPECT_THAT(wins, ElementsAre(Pair(2, 6), Pair(3, 3))) << again;
      }
    }
  }
}

// Would catch: a repeated draw that takes a channel for usable because nobody has switched it off, or for out because
// there is more to know about it.
TEST(AtOnce, LooksBehindAWordThatARepeatedDrawMeets) {
  const Compiled c =
      MustCompile(RowsOf(Channel(1, kGroup, kModel, 1), Channel(2, kGroup, kModel, 1), Channel(3, kGroup, kModel, 1)));
  const TierBlock tier = TopTier(*c.table, kGroup, kModel);
  ASSERT_EQ(tier.tickets(), 3u);
  for (const Way way : kWays) {
    Router router;
    ASSERT_TRUE(router.Publish(c.table).ok());
    ASSERT_TRUE(router.SetLimits(2, {.max_in_flight = 1}).ok());
    ASSERT_TRUE(router.SwitchOff(1));
    const auto after_the_first = [&](std::uint32_t ticket) {
      ScriptedBits bits({WordForTicket(0, 9), WordForTicket(ticket, 9), WordForTicket(8, 9)});
      return Ask(router, way, bits).channel_id();
    };
    std::optional<Selection> in_flight;
    while (!in_flight || in_flight->channel_id() != 2) in_flight = router.Select({.group = kGroup, .model = kModel});
    for (std::uint32_t ticket = 0; ticket < 9; ++ticket) EXPECT_EQ(after_the_first(ticket), 3) << ticket;
    in_flight.reset();
    for (std::uint32_t ticket = 0; ticket < 9; ++ticket) {
      EXPECT_EQ(after_the_first(ticket), tier.Holder(ticket / 3, ticket % 3) == 1 ? 2 : 3) << ticket;
    }
  }
}

// Names lie in memory of just their length, so that the address sanitizer sees a look beyond.
TEST(AtOnce, NamesOfEveryLengthAreLookedUpWhole) {
  constexpr std::size_t kMost = 40;
  std::vector<std::vector<char>> names;
  std::string list;
  for (std::size_t n = 1; n <= kMost; ++n) {
    for (std::size_t i = 0; i < n; ++i) list += static_cast<char>('a' + (i * 7 + n) % 26);
    names.emplace_back(list.end() - static_cast<std::ptrdiff_t>(n), list.end());
    names.back().shrink_to_fit();
    list += ',';
  }
  const auto text = [](const std::vector<char>& name) { return std::string_view(name.data(), name.size()); };
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, list, list))).table).ok());
  const auto reason = [&](const std::vector<char>& group, const std::vector<char>& model) {
    return router.Select({.group = text(group), .model = text(model)}).reason();
  };
  for (const std::vector<char>& group : names) {
    for (const std::vector<char>& model : names) ASSERT_EQ(reason(group, model), Reason::kNone);
    std::vector<char> other = group;
    other.back() = '#';
    ASSERT_EQ(reason(other, group), Reason::kUnknownGroup) << group.size();
    ASSERT_EQ(reason(group, other), Reason::kNoSuchModel) << group.size();
    ASSERT_EQ(reason(group, {}), Reason::kNoSuchModel) << group.size();
  }
}

TEST(AtOnce, ABlankGroupIsNotLookedUpHoweverShort) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "default", "m"))).table).ok());
  for (const std::string_view blank : {"", " ", "\t ", "                "}) {
    EXPECT_EQ(router.Select({.group = blank, .model = "m"}).group(), "default");
  }
}

TEST(AtOnce, ReasonsAreThoseOfTheCarefulPath) {
  constexpr std::string_view kOther = "some-other-name-here";
  Router router;
  const auto reason = [&](std::string_view group, std::string_view model) {
    return router.Select({.group = group, .model = model}).reason();
  };
  EXPECT_EQ(reason(kGroup, kModel), Reason::kEmptyTable);
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, kGroup, kModel), Channel(2, "g", "m"))).table).ok());
  EXPECT_EQ(reason(kGroup, kModel), Reason::kNone);
  EXPECT_EQ(reason(kOther, kModel), Reason::kUnknownGroup);
  EXPECT_EQ(reason(kGroup, kOther), Reason::kNoSuchModel);
  EXPECT_EQ(reason("g", kModel), Reason::kModelNotInGroup);
  ASSERT_TRUE(router.SwitchOff(1));
  EXPECT_EQ(reason(kGroup, kModel), Reason::kAllDisabled);
}

}  // namespace
}  // namespace pointsman
