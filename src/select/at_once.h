// The usual selection, as select.h says it, and as straight as it can be: names of at most 32 bytes or handles, a first
// tier, a word that is not rejected, a channel that is not out. What is rare is called in the end and never in between,
// so that the compiler has nothing to save for it.
//
//   if (IsPlain(request)) return SelectAtOnce<MiddleNames>(published, request, bits, fail);
//   if (IsUsual(request)) return SelectAtOnce<UsualNames>(published, request, bits, fail);    // shorter names too
//
// A policy's plans and model rules, and more of a channel's state than a switch, matter only where a group does not
// serve a name at once: that is for `fail`, and the usual selection does not even ask whether there is such a thing.
//
// A draw that meets a channel which is not in order goes on as select.h would with it: shares stay exact.
//
// Thread safety: as select.h.
#ifndef POINTSMAN_SRC_SELECT_AT_ONCE_H_
#define POINTSMAN_SRC_SELECT_AT_ONCE_H_

#include <cstdint>
#include <string_view>
#include <utility>

#include "select/select.h"

namespace pointsman::inline v0 {

// Nothing asked for besides the names, and both of a length that is looked up without a question about it.
inline bool IsPlain(const Request& request) noexcept {
  return NameTable::IsMiddle(request.group) && NameTable::IsMiddle(request.model) && !AsksForMore(request);
}

// The same with lengths that are looked up without a call.
inline bool IsUsual(const Request& request) noexcept {
  return request.group.size() <= NameTable::kMostUsual && request.model.size() <= NameTable::kMostUsual &&
         !AsksForMore(request);
}

struct MiddleNames {
  static std::uint32_t Find(const NameTable& table, std::string_view name) noexcept { return table.FindMiddle(name); }
};
struct UsualNames {
  [[gnu::always_inline]] static std::uint32_t Find(const NameTable& table, std::string_view name) noexcept {
    return table.FindUsual(name);
  }
};

// The rare ends of it: on from the first tier, of which `drawn` was met already (or kNoIndex), with so many redraws
// left. `fail(reason)` is the answer where nobody there can serve, or where that is not for here to decide.
template <class Bits, class Fail>
[[gnu::noinline, gnu::cold]] Selection SelectOn(const Published& published, std::uint32_t group, std::uint32_t model,
                                                TierBlock tier, std::uint32_t drawn, std::uint32_t redraws, Bits bits,
                                                Fail fail) noexcept {
  Selection selection = SelectFromTiers(published, group, model, tier, drawn, redraws, bits);
  return selection ? std::move(selection) : fail(selection.reason());
}
template <class Bits, class Fail>
Selection SelectOn(const Published& published, std::uint32_t group, std::uint32_t model, TierBlock tier,
                   std::uint32_t drawn, Bits bits, Fail fail) noexcept {
  return SelectOn(published, group, model, tier, drawn, StraightRedrawsOf(tier.size()), bits, fail);
}

// The same with words that were drawn for that tier.
template <class Bits, class Fail>
[[gnu::noinline, gnu::cold]] Selection SelectFromWords(const Published& published, std::uint32_t group,
                                                       std::uint32_t model, TierBlock tier, std::uint32_t redraws,
                                                       WordsThen<Bits> words, Fail fail) noexcept {
  return SelectOn(published, group, model, tier, kNoIndex, redraws, words, fail);
}

// The end that is not rare while channels are switched off: `drawn` of a compact tier is not in order, and if that is
// because it is switched off, others are drawn, two at a time. Whether one can serve is known at the end of a chain of
// loads, and a processor that guessed wrong waits for all of it: of two it guesses wrong half as often, and their
// chains run side by side. What takes a look behind a word, or at all candidates, is for SelectOn.
template <class Bits, class Fail>
[[gnu::noinline]] Selection SelectAmongSwitched(const Published& published, std::uint32_t group, std::uint32_t model,
                                                TierBlock tier, std::uint32_t drawn, Bits bits, Fail fail) noexcept {
  const auto channel_of = [&](std::size_t place) -> const BoundChannel& {
    return published.channels[tier.CompactChannel(place)];
  };
  const auto word_of = [&](std::size_t place) { return channel_of(place).word->load(std::memory_order_relaxed); };
  std::uint32_t redraws = StraightRedrawsOf(static_cast<std::uint32_t>(tier.CompactSize()));
  if (!IsOutPlainly(word_of(drawn))) return SelectOn(published, group, model, tier, drawn, redraws, bits, fail);
  static_assert(kFewestStraightRedraws % 2 == 0);
  for (; redraws != 0; redraws -= 2) {
    std::uint64_t word = 0;
    std::uint64_t next_word = 0;
    if (!DrawWord(bits, word) || !DrawWord(bits, next_word)) [[unlikely]]
      break;
    std::size_t first = 0;
    std::size_t second = 0;
    const bool is_clear = DrawCompact(tier, word, first);
    const bool is_next_clear = DrawCompact(tier, next_word, second);
    if (!is_clear) [[unlikely]]
      return SelectFromWords(published, group, model, tier, redraws - 1, WordsThen<Bits>(word, next_word, bits), fail);
    if (!is_next_clear) [[unlikely]] {  // one of few words, so not for any other question than where it is drawn
      if (!IsOutPlainly(word_of(first)))
        return SelectOn(published, group, model, tier, static_cast<std::uint32_t>(first), redraws - 1, bits, fail);
      return SelectFromWords(published, group, model, tier, redraws - 2, WordsThen<Bits>(next_word, bits), fail);
    }
    const std::uint64_t state = word_of(first);
    const std::uint64_t next_state = word_of(second);
    if (((state | next_state) & ~slot_bit::kPlain) != 0) [[unlikely]] {
      const bool passed = IsOutPlainly(state);
      return SelectOn(published, group, model, tier, static_cast<std::uint32_t>(passed ? second : first),
                      redraws - (passed ? 2 : 1), bits, fail);
    }
    // A mask and a product, of which g++ makes no branches.
    const std::size_t if_first = 0 - static_cast<std::size_t>(state == 0);
    drawn = static_cast<std::uint32_t>(second ^ ((first ^ second) & if_first));
    if (state * next_state == 0) {
      return Serve(published, group, model, tier.CompactPriority(), channel_of(drawn));
    }
  }
  return SelectOn(published, group, model, tier, drawn, redraws, bits, fail);
}

template <class Bits, class Fail>
[[gnu::noinline]] Selection SelectFromWideTier(const Published& published, std::uint32_t group, std::uint32_t model,
                                               TierBlock tier, Bits bits, Fail fail) noexcept {
  std::uint64_t word = 0;
  std::uint32_t drawn = 0;
  if (!DrawWord(bits, word)) [[unlikely]]
    return SelectOn(published, group, model, tier, kNoIndex, bits, fail);
  if (!DrawWide(tier, word, drawn)) [[unlikely]]
    return SelectFromWords(published, group, model, tier, StraightRedrawsOf(tier.WideSize()),
                           WordsThen<Bits>(word, bits), fail);
  const BoundChannel& channel = published.channels[tier.WideChannel(drawn)];
  if (!IsInOrder(*channel.word)) [[unlikely]]
    return SelectOn(published, group, model, tier, drawn, bits, fail);
  return Serve(published, group, model, tier.WidePriority(), channel);
}

// `fail(reason)` is the answer where the names themselves are not served; it is handed over by value. REQUIRES: `group`
// and `model` are below 2^31, or kNoIndex.
template <class Bits, class Fail>
[[gnu::always_inline]] inline Selection SelectAtOnce(const Published& published, std::uint32_t group,
                                                     std::uint32_t model, Bits bits, Fail fail) noexcept {
  if (static_cast<std::int32_t>(group | model) < 0) [[unlikely]]
    return fail(group == kNoIndex ? Reason::kUnknownGroup : Reason::kNoSuchModel);
  const TierRef first = published.data->rows.Find(group, model);
  if (first < kFirstBlock) [[unlikely]]
    return fail(first == kNotListed ? Reason::kModelNotInGroup : Reason::kAllDisabled);
  const TierBlock tier = published.data->tier(first);
  if (tier.wide()) [[unlikely]]
    return SelectFromWideTier(published, group, model, tier, bits, fail);
  std::size_t drawn = 0;
  if (tier.CompactSize() != 1) {
    std::uint64_t word = 0;
    if (!DrawWord(bits, word)) [[unlikely]]
      return SelectOn(published, group, model, tier, kNoIndex, bits, fail);
    if (!DrawCompact(tier, word, drawn)) [[unlikely]]
      return SelectFromWords(published, group, model, tier, kFewestStraightRedraws, WordsThen<Bits>(word, bits), fail);
  }
  const BoundChannel& channel = published.channels[tier.CompactChannel(drawn)];
  if (!IsInOrder(*channel.word)) [[unlikely]]
    return SelectAmongSwitched(published, group, model, tier, static_cast<std::uint32_t>(drawn), bits, fail);
  return Serve(published, group, model, tier.CompactPriority(), channel);
}

// REQUIRES: IsPlain(request) for MiddleNames, IsUsual(request) for UsualNames.
template <class Names, class Bits, class Fail>
[[gnu::always_inline]] inline Selection SelectAtOnce(const Published& published, const Request& request, Bits bits,
                                                     Fail fail) noexcept {
  const std::uint32_t group = Names::Find(published.data->plain_groups, request.group);
  if (group == kNoIndex) [[unlikely]]  // or blank, which no group is
    return fail(Reason::kUnknownGroup);
  const std::uint32_t model = Names::Find(published.data->model_table, request.model);
  return SelectAtOnce(published, group, model, bits, fail);
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_AT_ONCE_H_
