// Caller: what a token and its owner resolve to. The step at which the incident happened: between token and group.
//
//   pointsman::Caller caller = pointsman::ResolveCaller(token_row, user_row, now);
//   if (caller.refusal != CallerRefusal::kNone) return Error(401, CallerRefusalName(caller.refusal));
//   pointsman::Selection s = router.Select(caller.MakeRequest(model));
//
// Thread safety: immutable once made; owns its texts. Cost: O(model limits), allocates.
#ifndef POINTSMAN_CALLER_H_
#define POINTSMAN_CALLER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/export.h"
#include "pointsman/request.h"
#include "pointsman/rows.h"

namespace pointsman::inline v0 {

// Why a caller may not call at all, or not this model.
enum class CallerRefusal : std::uint8_t {
  kNone = 0,
  kTokenDisabled = 1,
  kTokenExpired = 2,
  kTokenExhausted = 3,
  kOwnerDisabled = 4,
  kModelNotAllowed = 5,  // the token's model limits do not name it
};

// "kTokenDisabled" and so on.
POINTSMAN_EXPORT std::string_view CallerRefusalName(CallerRefusal refusal);

struct POINTSMAN_EXPORT Caller {
  std::int64_t token_id = 0;
  std::string token_name;
  Field<std::string>
      token_group;           // as stored; absent where the gateway keeps no groups in tokens: the owner's then counts
  std::int64_t user_id = 0;  // 0: no owner is known
  std::string user_group;    // empty: unknown
  std::optional<std::vector<std::string>> model_limits;  // absent: any model; empty: none
  CallerRefusal refusal = CallerRefusal::kNone;

  // The refusal for one model: the caller's own, or kModelNotAllowed.
  CallerRefusal MayCall(std::string_view model) const;

  // The request for one model: the token's group, or the owner's where tokens have none. Its views point into this
  // caller and `model`.
  Request MakeRequest(std::string_view model) const;
};

// `owner` may be null (unknown or deleted). `now` in Unix seconds judges expired_time; nothing: it is not judged.
// A token whose status is not 1 is refused by its status: 3 expired, 4 exhausted, anything else disabled.
POINTSMAN_EXPORT Caller ResolveCaller(const TokenRow& token, const UserRow* owner, std::optional<std::int64_t> now);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_CALLER_H_
