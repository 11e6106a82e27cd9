// Selection: the channel that serves a request, or the reason why none does.
//
//   if (Selection s = router.Select(request)) Send(s.channel_id());
//   else Log(ReasonName(s.reason()));
//
// Thread safety: thread-compatible; move-only, since it will own a reservation where a channel has limits.
// Cost: a few words, no allocation. Texts about it are made only when asked for (Router::Explain).
#ifndef POINTSMAN_SELECTION_H_
#define POINTSMAN_SELECTION_H_

#include <cstdint>
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

class POINTSMAN_EXPORT Selection {
 public:
  // The values of a selection that succeeded.
  struct Served {
    std::int64_t channel_id = 0;
    std::int64_t priority = 0;
    std::uint64_t cookie = 0;
    std::string_view group;
  };

  Selection(const Served& served, std::uint64_t generation) : served_(served), generation_(generation) {}
  Selection(Reason reason, std::uint64_t generation) : generation_(generation), reason_(reason) {}
  Selection(Selection&&) noexcept = default;
  Selection& operator=(Selection&&) noexcept = default;

  explicit operator bool() const { return reason_ == Reason::kNone; }
  Reason reason() const { return reason_; }

  // The channel's id. 0 where there is none.
  std::int64_t channel_id() const { return served_.channel_id; }
  // The priority of the tier that it was drawn from.
  std::int64_t priority() const { return served_.priority; }
  // ChannelRow::cookie of that channel.
  std::uint64_t cookie() const { return served_.cookie; }
  // The group that served: bill this one. Points into the router's own store: valid as long as the router lives.
  std::string_view group() const { return served_.group; }
  // The generation of the table that answered; 0 before the first publish.
  std::uint64_t generation() const { return generation_; }

 private:
  Served served_;
  std::uint64_t generation_ = 0;
  Reason reason_ = Reason::kNone;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SELECTION_H_
