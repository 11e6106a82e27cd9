// The usual selection, as select.h says it, and as straight as it can be: names of at most 32 bytes or handles, a first
// tier, a word that is not rejected, a channel that is not out. What is rare is called in the end and never in between,
// so that the compiler has nothing to save for it.
//
//   if (IsPlain(request)) return SelectAtOnce<MiddleNames>(published, request, bits);
//   if (IsUsual(request)) return SelectAtOnce<UsualNames>(published, request, bits);    // shorter names too
//   return SelectByNames(published, request, bits);
//
// Where the first draw does not serve, the drawing begins anew. That changes no share: a word that did not lead to a
// usable candidate counts for nothing.
//
// Thread safety: as select.h.
#ifndef POINTSMAN_SRC_SELECT_AT_ONCE_H_
#define POINTSMAN_SRC_SELECT_AT_ONCE_H_

#include <cstdint>
#include <string_view>

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

// Begins anew with the first tier and a word that was drawn for it.
template <class Bits>
[[gnu::noinline, gnu::cold]] Selection SelectFromWord(const Published& published, std::uint32_t group, TierBlock tier,
                                                      std::uint64_t word, Bits bits) noexcept {
  return SelectFromTiers(published, group, tier, WordThen<Bits>(word, bits));
}

template <class Bits>
[[gnu::noinline]] Selection SelectFromWideTier(const Published& published, std::uint32_t group, TierBlock tier,
                                               Bits bits) noexcept {
  std::uint64_t word = 0;
  std::uint32_t drawn = 0;
  if (!DrawWord(bits, word)) [[unlikely]]
    return SelectFromTiers(published, group, tier, bits);
  if (!DrawWide(tier, word, drawn)) [[unlikely]]
    return SelectFromWord(published, group, tier, word, bits);
  const BoundChannel& channel = published.channels[tier.WideChannel(drawn)];
  if (IsOut(*channel.word)) [[unlikely]]
    return SelectFromTiers(published, group, tier, bits);
  return Serve(published, group, tier.WidePriority(), channel);
}

template <class Bits>
[[gnu::always_inline]] inline Selection SelectAtOnce(const Published& published, std::uint32_t group,
                                                     std::uint32_t model, Bits bits) noexcept {
  if (group == kNoIndex) [[unlikely]]
    return Refuse(published, Reason::kUnknownGroup);
  const RouteChoice route = ChooseRoute(*published.data, group, model);
  if (route.reason != Reason::kNone) [[unlikely]]
    return Refuse(published, route.reason);
  const TierBlock tier = published.data->tier(route.first);
  if (tier.wide()) [[unlikely]]
    return SelectFromWideTier(published, group, tier, bits);
  std::size_t drawn = 0;
  if (tier.CompactSize() != 1) {
    std::uint64_t word = 0;
    if (!DrawWord(bits, word)) [[unlikely]]
      return SelectFromTiers(published, group, tier, bits);
    if (!DrawCompact(tier, word, drawn)) [[unlikely]]
      return SelectFromWord(published, group, tier, word, bits);
  }
  const BoundChannel& channel = published.channels[tier.CompactChannel(drawn)];
  if (IsOut(*channel.word)) [[unlikely]]
    return SelectFromTiers(published, group, tier, bits);
  return Serve(published, group, tier.CompactPriority(), channel);
}

// REQUIRES: IsPlain(request) for MiddleNames, IsUsual(request) for UsualNames.
template <class Names, class Bits>
[[gnu::always_inline]] inline Selection SelectAtOnce(const Published& published, const Request& request,
                                                     Bits bits) noexcept {
  const std::uint32_t group = Names::Find(published.data->plain_groups, request.group);
  if (group == kNoIndex) [[unlikely]]  // or blank, which no group is
    return SelectByNames(published, request, bits);
  const std::uint32_t model = Names::Find(published.data->model_table, request.model);
  return SelectAtOnce(published, group, model, bits);
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_AT_ONCE_H_
