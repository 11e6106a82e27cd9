#include <array>
#include <chrono>
#include <new>
#include <optional>
#include <span>

#include "c/boundary.h"

namespace {

using pointsman::OutcomeKind;
using pointsman::RandomBits;
using pointsman::Reason;
using pointsman::Request;
using pointsman::Selection;
using pointsman::c_abi::Callback;
using pointsman::c_abi::Fill;
using pointsman::c_abi::Guarded;
using pointsman::c_abi::HasItsSize;
using pointsman::c_abi::Readable;
using pointsman::c_abi::SaysNothingNewer;
using pointsman::c_abi::View;
using pointsman::c_abi::Writable;

// The C++ selection lives in the caller's struct, behind a word that says whether one does.
static_assert(sizeof(Selection) <= sizeof(pointsman_selection::held) - sizeof(std::uint64_t));
static_assert(alignof(Selection) <= alignof(std::uint64_t));

bool Holds(const pointsman_selection& into) noexcept { return into.held[0] != 0; }
Selection& Held(pointsman_selection& into) noexcept {
  return *std::launder(reinterpret_cast<Selection*>(&into.held[1]));
}
void LetGo(pointsman_selection& into) noexcept {
  if (!Holds(into)) return;
  Held(into).~Selection();
  into.held[0] = 0;
}

std::int32_t Hand(Selection&& selected, pointsman_selection& into) noexcept {
  LetGo(into);
  Selection& s = *new (&into.held[1]) Selection(std::move(selected));
  into.held[0] = 1;
  into.reason = static_cast<std::int32_t>(s.reason());
  into.degraded = s.degraded() ? 1 : 0;
  into.channel_id = s.channel_id();
  into.priority = s.priority();
  into.cookie = s.cookie();
  into.group = {s.group().data(), s.group().size()};
  into.generation = s.generation();
  const auto retry_after = s.retry_after();
  const auto key = s.key_index();
  into.key_index = key.has_value() ? static_cast<std::int64_t>(*key) : -1;
  into.retry_after_ms = retry_after.has_value() ? retry_after->count() : -1;
  return into.reason;
}

// Lists of names, seen as the library wants them; no memory but this.
struct GroupLists {
  std::array<std::string_view, pointsman::kMaxPlanSteps> allowed;
  std::array<std::string_view, pointsman::kMaxPlanSteps> ordered;
};

// False: too many, or none where some are announced.
bool CopyList(const pointsman_text* from, std::size_t count, std::span<std::string_view> room,
              std::optional<std::span<const std::string_view>>& list) noexcept {
  if (count > room.size() || (count > 0 && from == nullptr)) return false;
  for (std::size_t i = 0; i < count; ++i) room[i] = View(from[i]);
  list = room.first(count);
  return true;
}

bool HasLists(const pointsman_request& given) noexcept {
  return (given.has_allowed_groups | given.has_ordered_groups) != 0;
}

Request WithoutLists(const pointsman_request& given) noexcept {
  Request request{.group = View(given.group),
                  .user_group = View(given.user_group),
                  .model = View(given.model),
                  .stay_in_group = given.stay_in_group != 0};
  if (given.has_pin != 0) request.pin = given.pin;
  if (given.has_affinity != 0) request.affinity = given.affinity;
  return request;
}

std::uint64_t DrawBits(void* context) noexcept {
  const auto& bits = *static_cast<const Callback*>(context);
  return bits.function(bits.context);
}

Selection SelectFor(const pointsman::Router& router, const Request& request, const pointsman_request& given,
                    pointsman_walk* walk) noexcept {
  if (given.bits == nullptr) {
    return walk == nullptr ? router.Select(request) : router.Select(request, walk->attempts);
  }
  Callback callback{given.bits, given.bits_context};
  const RandomBits bits(&DrawBits, &callback);
  return walk == nullptr ? router.Select(request, bits) : router.Select(request, walk->attempts, bits);
}

// Calls `use` with the request. False where its lists cannot be read.
template <class Use>
bool WithLists(const pointsman_request& given, const Use& use) noexcept(noexcept(use(Request()))) {
  GroupLists lists;
  Request request = WithoutLists(given);
  if (given.has_allowed_groups != 0 &&
      !CopyList(given.allowed_groups, given.allowed_count, lists.allowed, request.allowed_groups)) {
    return false;
  }
  if (given.has_ordered_groups != 0 &&
      !CopyList(given.ordered_groups, given.ordered_count, lists.ordered, request.ordered_groups)) {
    return false;
  }
  use(request);
  return true;
}

std::int32_t Misused(pointsman_selection& into) noexcept {
  LetGo(into);
  into.reason = POINTSMAN_REASON_MISUSE;
  into.channel_id = 0;
  into.key_index = -1;
  return into.reason;
}

std::int32_t SelectInto(const pointsman_router& router, const pointsman_request& given, pointsman_walk* walk,
                        pointsman_selection& into) noexcept {
  if (!HasLists(given)) return Hand(SelectFor(router.router, WithoutLists(given), given, walk), into);
  const bool readable = WithLists(
      given, [&](const Request& request) noexcept { Hand(SelectFor(router.router, request, given, walk), into); });
  return readable ? into.reason : Misused(into);
}

template <class Struct>
Struct& Nth(Struct* first, std::size_t i, std::size_t size) noexcept {
  using Byte = std::conditional_t<std::is_const_v<Struct>, const char, char>;
  return *reinterpret_cast<Struct*>(reinterpret_cast<Byte*>(first) + i * size);
}

}  // namespace

std::int32_t pointsman_walk_new(pointsman_walk** walk) {
  if (walk == nullptr) return POINTSMAN_INVALID_ARGUMENT;
  *walk = nullptr;
  return Guarded(nullptr, [&] {
    *walk = new pointsman_walk();
    return absl::OkStatus();
  });
}
void pointsman_walk_free(pointsman_walk* walk) { delete walk; }
void pointsman_walk_clear(pointsman_walk* walk) {
  if (walk != nullptr) walk->attempts.Clear();
}
std::size_t pointsman_walk_size(const pointsman_walk* walk) { return walk == nullptr ? 0 : walk->attempts.size(); }
std::int32_t pointsman_walk_reserve(pointsman_walk* walk, std::size_t attempts) {
  if (walk == nullptr) return POINTSMAN_INVALID_ARGUMENT;
  return Guarded(nullptr, [&] { return walk->attempts.Reserve(attempts); });
}

std::int32_t pointsman_select(const pointsman_router* router, const pointsman_request* request, pointsman_walk* walk,
                              pointsman_selection* selection) {
  if (!Writable(selection)) return POINTSMAN_REASON_MISUSE;
  if (router == nullptr || !Readable(request) || !SaysNothingNewer(*request)) return Misused(*selection);
  return SelectInto(*router, *request, walk, *selection);
}

std::size_t pointsman_select_many(const pointsman_router* router, const pointsman_request* requests, std::size_t count,
                                  pointsman_selection* selections) {
  if (count == 0 || !Writable(selections)) return 0;
  const std::size_t step = selections->struct_size;
  std::size_t served = 0;
  // Whatever is wrong with the requests, no selection is left to look like an answer.
  const pointsman_request* request = HasItsSize(requests) ? requests : nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    pointsman_selection& selection = Nth(selections, i, step);
    if (selection.struct_size != step) return served;
    if (request != nullptr) request = &Nth(requests, i, requests->struct_size);
    if (request != nullptr && request->struct_size != requests->struct_size) request = nullptr;
    if (pointsman_select(router, request, nullptr, &selection) == POINTSMAN_REASON_NONE) ++served;
  }
  return served;
}

const char* pointsman_reason_name(std::int32_t reason) {
  if (reason == POINTSMAN_REASON_MISUSE) return "misuse";
  const bool fits = reason >= 0 && reason <= UINT8_MAX;
  return pointsman::ReasonName(fits ? static_cast<Reason>(reason) : static_cast<Reason>(UINT8_MAX)).data();
}

std::int32_t pointsman_reason_http_status(std::int32_t reason) {
  const bool fits = reason >= 0 && reason <= UINT8_MAX;
  return fits ? pointsman::SuggestedHttpStatus(static_cast<Reason>(reason)) : 500;
}

std::int32_t pointsman_classify_http(std::int32_t status, pointsman_text retry_after, pointsman_text body,
                                     pointsman_outcome* outcome) {
  if (!Writable(outcome)) return POINTSMAN_INVALID_ARGUMENT;
  return Guarded(nullptr, [&] {
    const pointsman::Outcome classified =
        pointsman::ClassifyHttp({.status = status, .retry_after = View(retry_after), .body = View(body)});
    outcome->kind = static_cast<std::int32_t>(classified.kind);
    outcome->has_retry_after = classified.retry_after.has_value() ? 1 : 0;
    outcome->retry_after_ms = classified.retry_after.value_or(std::chrono::milliseconds(0)).count();
    return absl::OkStatus();
  });
}

namespace {
bool IsOutcome(const pointsman_outcome* outcome) noexcept {
  return Readable(outcome) && outcome->kind >= 0 && outcome->kind <= POINTSMAN_CANCELLED_BY_CALLER;
}
}  // namespace

std::int32_t pointsman_worth_another_attempt(const pointsman_outcome* outcome) {
  return IsOutcome(outcome) && pointsman::IsWorthAnotherAttempt(static_cast<OutcomeKind>(outcome->kind)) ? 1 : 0;
}

std::int32_t pointsman_report(pointsman_router* router, pointsman_selection* selection,
                              const pointsman_outcome* outcome, pointsman_walk* walk) {
  if (router == nullptr || !Writable(selection) || !IsOutcome(outcome)) return POINTSMAN_INVALID_ARGUMENT;
  if (!Holds(*selection)) return POINTSMAN_FAILED_PRECONDITION;
  return Guarded(nullptr, [&] {
    pointsman::Outcome said{.kind = static_cast<OutcomeKind>(outcome->kind),
                            .latency = std::chrono::nanoseconds(outcome->latency_ns),
                            .tokens = outcome->tokens};
    if (outcome->has_retry_after != 0) said.retry_after = std::chrono::milliseconds(outcome->retry_after_ms);
    if (walk == nullptr) {
      router->router.Report(Held(*selection), said);
    } else {
      router->router.Report(Held(*selection), said, walk->attempts);
    }
    return absl::OkStatus();
  });
}

void pointsman_release(pointsman_selection* selection) {
  if (Writable(selection)) LetGo(*selection);
}

std::int32_t pointsman_explain(const pointsman_router* router, const pointsman_request* request,
                               const pointsman_walk* walk, std::int32_t language, std::int32_t audience,
                               pointsman_buffer* text) {
  if (router == nullptr || !Readable(request) || !SaysNothingNewer(*request)) return POINTSMAN_INVALID_ARGUMENT;
  if ((language & ~1) != 0 || (audience & ~1) != 0) return POINTSMAN_INVALID_ARGUMENT;
  return Guarded(nullptr, [&] {
    static const pointsman::Attempts none;
    const bool readable = WithLists(*request, [&](const Request& asked) {
      const pointsman::Explanation why = router->router.Explain(asked, walk == nullptr ? none : walk->attempts);
      Fill(text, why.Text(static_cast<pointsman::Language>(language), static_cast<pointsman::Audience>(audience)));
    });
    return readable ? absl::OkStatus() : absl::InvalidArgumentError("lists of at most 256 groups");
  });
}
