// Selection: the channel that serves a request, or the reason why none does.
//
//   if (Selection s = router.Select(request)) Send(s.channel_id());
//   else Log(ReasonName(s.reason()));
//
// Thread safety: thread-compatible; move-only, since it owns a reservation where the channel has limits. One that was
// moved from keeps its values; to report it means nothing.
// Cost: a few words, no allocation. Texts about it are made only when asked for (Router::Explain).
#ifndef POINTSMAN_SELECTION_H_
#define POINTSMAN_SELECTION_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

// Why a request has no route. The numbers and names are for good; the first failing stage decides.
enum class Reason : std::uint8_t {
  kNone = 0,             // there is a channel
  kUnknownGroup = 1,     // neither the rows nor the policy know the group
  kEmptyGroup = 2,       // the group is empty and the policy does not replace it
  kGroupNotAllowed = 3,  // the request may not use the group
  kNoSuchModel = 4,      // no group lists the model
  kModelNotInGroup = 5,  // another group lists the model, this one does not
  kAllDisabled = 6,      // the group lists it, and every candidate is disabled
  kAllCoolingDown = 7,
  kAllAtLimit = 8,
  kAllFiltered = 9,
  kAllZeroWeight = 10,
  kExhausted = 11,
  kBudgetSpent = 12,
  kAttemptLimit = 13,
  kFilterFailed = 14,
  kPinUnusable = 15,
  kEmptyTable = 16,  // nothing was published yet, or the rows list no model for any group
};

// "kModelNotInGroup" and so on; "kUnknown" for a number that is none of them.
POINTSMAN_EXPORT std::string_view ReasonName(Reason reason);

// What an HTTP gateway would answer: 200 for kNone, 403 for a group that may not be used, 404 for a model that nobody
// lists, 503 for everything that the operator has to mend.
POINTSMAN_EXPORT int SuggestedHttpStatus(Reason reason);

class SlotState;  // internal
struct SelectionAccess;

class POINTSMAN_EXPORT Selection {
 public:
  static constexpr std::uint16_t kNoKey = 0xffffu;

  // The values of a selection that succeeded.
  struct Served {
    std::int64_t channel_id = 0;
    std::int64_t priority = 0;
    std::uint64_t cookie = 0;
    std::string_view group;
    std::uint32_t model = 0xffffffffu;  // the listed model's number in the table of that generation
    bool degraded = false;
    bool trial = false;  // the first after a cooldown, or one of them
    std::uint16_t key = kNoKey;
    SlotState* reservation = nullptr;  // given over
  };

  Selection(const Served& served, std::uint64_t generation)
      : channel_id_(served.channel_id),
        priority_(served.priority),
        cookie_(served.cookie),
        group_(served.group),
        generation_(generation),
        reservation_(served.reservation),
        model_(served.model),
        key_(served.key),
        marks_(static_cast<std::uint8_t>((served.degraded ? kDegraded : 0) | (served.trial ? kTrial : 0))) {}
  Selection(Reason reason, std::uint64_t generation,
            std::optional<std::chrono::milliseconds> retry_after = std::nullopt)
      : priority_(retry_after.has_value() ? retry_after->count() : -1), generation_(generation), reason_(reason) {}
  Selection(Selection&& other) noexcept { Take(other); }
  Selection& operator=(Selection&& other) noexcept {
    if (this != &other) {
      if (reservation_ != nullptr) Release();
      Take(other);
    }
    return *this;
  }
  // A reservation that was never reported is released as cancelled; the router may be gone by then.
  ~Selection() {
    if (reservation_ != nullptr) Release();
  }

  explicit operator bool() const { return reason_ == Reason::kNone; }
  Reason reason() const { return reason_; }

  // The channel's id. 0 where there is none.
  std::int64_t channel_id() const { return channel_id_; }
  // The priority of the tier that it was drawn from.
  std::int64_t priority() const { return reason_ == Reason::kNone ? priority_ : 0; }
  // ChannelRow::cookie of that channel.
  std::uint64_t cookie() const { return cookie_; }
  // The group that served: bill this one. Points into the router's own store: valid as long as the router lives.
  std::string_view group() const { return group_; }
  // Which of the channel's keys to use: where its row says that it has several (ChannelRow::keys), in turns among those
  // that are not out. Nothing where it has one.
  std::optional<std::uint32_t> key_index() const {
    return key_ == kNoKey ? std::nullopt : std::optional<std::uint32_t>(key_);
  }
  // The generation of the table that answered; 0 before the first publish.
  std::uint64_t generation() const { return generation_; }
  // Whether everything that could serve is cooling down, and this channel serves all the same (AllCooling::kFailOpen).
  bool degraded() const { return (marks_ & kDegraded) != 0; }
  // Where there is none because all are cooling down or at their limits: when the first of them may be back.
  std::optional<std::chrono::milliseconds> retry_after() const {
    if (reason_ == Reason::kNone || priority_ < 0) return std::nullopt;
    return std::chrono::milliseconds(priority_);
  }

 private:
  friend struct SelectionAccess;
  void Take(Selection& other) noexcept {
    channel_id_ = other.channel_id_;
    priority_ = other.priority_;
    cookie_ = other.cookie_;
    group_ = other.group_;
    generation_ = other.generation_;
    reservation_ = std::exchange(other.reservation_, nullptr);
    model_ = other.model_;
    key_ = other.key_;
    reason_ = other.reason_;
    marks_ = other.marks_;
    other.marks_ |= kReported;
  }
  void Release() noexcept;  // the reservation

  static constexpr std::uint8_t kDegraded = 1;
  static constexpr std::uint8_t kTrial = 2;
  static constexpr std::uint8_t kReported = 4;  // or moved from

  std::int64_t channel_id_ = 0;
  std::int64_t priority_ = 0;  // without a channel: milliseconds until one may be back; negative: unknown
  std::uint64_t cookie_ = 0;
  std::string_view group_;
  std::uint64_t generation_ = 0;
  SlotState* reservation_ = nullptr;
  std::uint32_t model_ = 0xffffffffu;
  std::uint16_t key_ = kNoKey;
  Reason reason_ = Reason::kNone;
  std::uint8_t marks_ = 0;  // of the above: one byte, so that it is stored together with its neighbours
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SELECTION_H_
