// Caller: what a token and its owner resolve to. The step at which the incident happened: between token and group.
//
//   pointsman::Caller caller = pointsman::ResolveCaller(token_row, user_row, now);
//   if (caller.refusal != CallerRefusal::kNone) return Error(401, CallerRefusalName(caller.refusal));
//   pointsman::Selection s = router.Select(caller.MakeRequest(model));
//
// A token of group "auto" may say itself what the gateway chooses from. Its column auto_groups is then the request's
// ordered_groups:
//
//   '["vip", "default"]'    vip, then default
//   '', NULL, '[]'          not set: what the policy says of "auto"
//   anything else           closed, as the gateways have it: no group at all
//
// and without cross_group_retry (0 or NULL) its walk stays in the first of its groups that has a route. What the
// columns hold means nothing for tokens of other groups, and what is absent changes nothing. Permissions hold as ever:
// a list opens no group that the request may not use.
//
// Thread safety: immutable once made; owns its texts. Cost: O(model limits + automatic groups), allocates.
#ifndef POINTSMAN_CALLER_H_
#define POINTSMAN_CALLER_H_

#include <cstdint>
#include <memory>
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
  // What the token's "auto" stands for; copies share it. Null: as the policy says; empty: no group.
  std::shared_ptr<const std::vector<std::string_view>> ordered_groups;
  bool stay_in_group = false;  // no retries across groups
  CallerRefusal refusal = CallerRefusal::kNone;

  // The refusal for one model: the caller's own, or kModelNotAllowed.
  CallerRefusal MayCall(std::string_view model) const;

  // The request for one model: the token's group and what it stands for, or the owner's group where tokens have none.
  // Its views point into this caller and `model`.
  Request MakeRequest(std::string_view model) const;
};

// `owner` may be null (unknown or deleted). `now` in Unix seconds judges expired_time; nothing: it is not judged.
// A token whose status is not 1 is refused by its status: 3 expired, 4 exhausted, anything else disabled.
POINTSMAN_EXPORT Caller ResolveCaller(const TokenRow& token, const UserRow* owner, std::optional<std::int64_t> now);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_CALLER_H_
