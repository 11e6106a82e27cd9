// Request: what one API request asks for, on whose behalf.
//
//   router.Select({.group = token.group, .user_group = user.group, .model = "gpt-4o"});
//
// All texts are views: the strings behind them must outlive the call, and nothing longer. They may hold any bytes at
// any length; a name longer than kMaxNameBytes matches nothing and costs nothing to refuse.
#ifndef POINTSMAN_REQUEST_H_
#define POINTSMAN_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace pointsman::inline v0 {

// The longest group or model name, in bytes. Longer names in rows are rejected, longer names in requests match nothing.
inline constexpr std::size_t kMaxNameBytes = 1024;

// What a filter sees of a candidate. The views live as long as the call.
struct FilterCandidate {
  std::int64_t channel_id = 0;
  std::uint64_t cookie = 0;  // ChannelRow::cookie
  std::int64_t priority = 0;
  std::string_view group{};  // that it would serve
  std::string_view model{};  // as listed: may be a pattern or an alias' target
};

// A host's own condition on candidates: context window, endpoint kind, region, cost.
//
//   std::int32_t Fits(void* need, const FilterCandidate& c) noexcept {
//     return Window(c.cookie) >= *static_cast<int*>(need) ? 0 : kTooSmall;      // kTooSmall: any number above 0
//   }
//   router.Select({.group = g, .model = m, .filter = {.judge = &Fits, .context = &tokens}});
//
// 0 takes the candidate. A number above 0 is the host's code for leaving it out, which explanations show. A number
// below 0 says that the filter cannot judge at all: the selection ends with kFilterFailed.
//
// Called only for candidates that a selection considers, more than once for some: it must answer the same throughout a
// selection, not throw, and not call the router. Those that are left keep their proportions exactly.
struct CandidateFilter {
  using Function = std::int32_t (*)(void* context, const FilterCandidate& candidate) noexcept;
  Function judge = nullptr;  // null: every candidate will do
  void* context = nullptr;
};

// Internal: the optional members of a Request begin by a store each, at run time. As constants they would make g++
// clear the whole Request first (19 words, by an instruction that takes longer than the draw of a channel).
inline std::nullopt_t AbsentAtRunTime() noexcept { return std::nullopt; }
constexpr std::nullopt_t Absent() noexcept { return std::is_constant_evaluated() ? std::nullopt : AbsentAtRunTime(); }

struct Request {
  std::string_view group = {};       // the token's group; empty or blank: as the policy's empty_group says
  std::string_view user_group = {};  // the owner's group; empty: unknown
  std::string_view model = {};

  // The groups that this request may be served from. Absent: as the policy's `usable` says for the user group, or any.
  // Present but empty: none at all. The request's own group is checked too.
  std::optional<std::span<const std::string_view>> allowed_groups = Absent();

  // The plan of this request, in order, instead of its group's: each next group when the one before is exhausted.
  // Present but empty: no group at all (kGroupNotAllowed). Beyond kMaxPlanSteps groups the rest is not looked at.
  // Groups and their aliases only: fallbacks of theirs do not apply, and an automatic name is no group here
  // (kUnknownGroup), since a list in a list would have no order of its own.
  std::optional<std::span<const std::string_view>> ordered_groups = Absent();

  // Serve every attempt from one group of the plan: go on to the next only where the group before has no route, as if
  // all its edges said `no_route`. For tokens that forbid retries across groups.
  bool stay_in_group = false;

  // This channel or none (kPinUnusable): any weight, any tier, in any group of the plan, but not one that is out.
  std::optional<std::int64_t> pin = Absent();

  // Whose requests belong together, for groups with a Balance by affinity (balance.h); elsewhere it means nothing.
  std::optional<std::uint64_t> affinity = Absent();

  CandidateFilter filter = {};
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_REQUEST_H_
