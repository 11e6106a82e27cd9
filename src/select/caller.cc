#include "pointsman/caller.h"

#include <algorithm>

#include "rows/comma_list.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::int64_t kEnabled = 1;
constexpr std::int64_t kExpired = 3;
constexpr std::int64_t kExhausted = 4;
constexpr std::int64_t kNever = -1;

std::int64_t StatusOf(const IntField& status) { return status.is_absent() ? kEnabled : status.value_or(0); }

bool HasExpired(const TokenRow& token, std::optional<std::int64_t> now) {
  const std::int64_t expires = token.expired_time.value_or(kNever);
  return now.has_value() && expires != kNever && expires < *now;
}

CallerRefusal Judge(const TokenRow& token, const UserRow* owner, std::optional<std::int64_t> now) {
  const std::int64_t status = StatusOf(token.status);
  if (status == kExpired || (status == kEnabled && HasExpired(token, now))) return CallerRefusal::kTokenExpired;
  if (status == kExhausted) return CallerRefusal::kTokenExhausted;
  if (status != kEnabled) return CallerRefusal::kTokenDisabled;
  if (owner != nullptr && StatusOf(owner->status) != kEnabled) return CallerRefusal::kOwnerDisabled;
  return CallerRefusal::kNone;
}

}  // namespace

std::string_view CallerRefusalName(CallerRefusal refusal) {
  switch (refusal) {
    case CallerRefusal::kNone: return "kNone";
    case CallerRefusal::kTokenDisabled: return "kTokenDisabled";
    case CallerRefusal::kTokenExpired: return "kTokenExpired";
    case CallerRefusal::kTokenExhausted: return "kTokenExhausted";
    case CallerRefusal::kOwnerDisabled: return "kOwnerDisabled";
    case CallerRefusal::kModelNotAllowed: return "kModelNotAllowed";
  }
  return "kUnknown";
}

CallerRefusal Caller::MayCall(std::string_view model) const {
  if (refusal != CallerRefusal::kNone || !model_limits.has_value()) return refusal;
  const bool listed = std::find(model_limits->begin(), model_limits->end(), model) != model_limits->end();
  return listed ? CallerRefusal::kNone : CallerRefusal::kModelNotAllowed;
}

Request Caller::MakeRequest(std::string_view model) const {
  Request request;
  if (token_group.has_value()) request.group = token_group.value();
  if (token_group.is_absent()) request.group = user_group;
  request.user_group = user_group;
  request.model = model;
  return request;
}

Caller ResolveCaller(const TokenRow& token, const UserRow* owner, std::optional<std::int64_t> now) {
  Caller caller;
  caller.token_id = token.id;
  caller.token_name = token.name.value_or({});
  if (token.group.has_value()) caller.token_group = std::string(token.group.value());
  if (token.group.is_null()) caller.token_group = nullptr;
  if (owner != nullptr) {
    caller.user_id = owner->id;
    caller.user_group = owner->group.value_or({});
  }
  if (token.model_limits_enabled.value_or(0) != 0) {
    const ItemList limits = SplitList(token.model_limits.value_or({}));
    caller.model_limits.emplace(limits.begin(), limits.end());
  }
  caller.refusal = Judge(token, owner, now);
  return caller;
}

}  // namespace pointsman::inline v0
