#include "pointsman/caller.h"

#include <algorithm>
#include <utility>

#include "rows/comma_list.h"
#include "rows/name_array.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::int64_t kEnabled = 1;
constexpr std::int64_t kExpired = 3;
constexpr std::int64_t kExhausted = 4;
constexpr std::int64_t kNever = -1;
constexpr std::string_view kAutomatic = "auto";  // in the gateways' rows, whatever names a policy has

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

// Names and the views of them, in one.
struct NameList {
  explicit NameList(std::vector<std::string> list) : names(std::move(list)), views(names.begin(), names.end()) {}
  std::vector<std::string> names;
  std::vector<std::string_view> views;
};

std::shared_ptr<const std::vector<std::string_view>> AutomaticGroups(const TextField& cell) {
  const std::string_view text = Trim(cell.value_or({}));
  if (text.empty()) return nullptr;
  std::optional<std::vector<std::string>> names = ReadNameArray(text);
  if (names.has_value() && names->empty()) return nullptr;
  const auto list = std::make_shared<const NameList>(std::move(names).value_or(std::vector<std::string>()));
  return {list, &list->views};
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
  if (ordered_groups != nullptr) request.ordered_groups = *ordered_groups;
  request.stay_in_group = stay_in_group;
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
  if (token.group.has_value() && token.group.value() == kAutomatic) {
    caller.ordered_groups = AutomaticGroups(token.auto_groups);
    caller.stay_in_group = !token.cross_group_retry.is_absent() && token.cross_group_retry.value_or(0) == 0;
  }
  caller.refusal = Judge(token, owner, now);
  return caller;
}

}  // namespace pointsman::inline v0
