#include "doctor/token_requests.h"

#include <algorithm>

namespace pointsman::inline v0 {
namespace {

bool IsLimited(const TokenRow& token) { return token.model_limits_enabled.value_or(0) != 0; }

}  // namespace

const UserRow* TokenRequests::Owner(const TokenRow& token) const {
  return token.user_id.has_value() ? evidence_.FindUser(token.user_id.value()) : nullptr;
}

std::string_view TokenRequests::OwnerGroup(const TokenRow& token) const {
  const UserRow* owner = Owner(token);
  return owner == nullptr ? std::string_view() : owner->group.value_or({});
}

bool TokenRequests::OwnerIsUnread(const TokenRow& token) const {
  if (!token.user_id.has_value() || Owner(token) != nullptr) return false;
  return evidence_.HasUnloadedUser(token.user_id.value()) || evidence_.has_unnamed_users();
}

std::string_view TokenRequests::MeantGroup(const TokenRow& token) const {
  if (OwnerIsUnread(token)) return {};
  const std::string_view group = OwnerGroup(token);
  return IsBlank(group) ? std::string_view(evidence_.policy().groups.default_group) : group;
}

std::size_t TokenRequests::CountLost(const TokenRow& token, std::string_view meant,
                                     std::optional<std::string_view> used) {
  const UserRow* owner = Owner(token);
  if (owner != nullptr && !IsEnabled(*owner)) return 0;
  if (!IsLimited(token)) return CountLostOfAll(meant, used);
  const ItemList limits = SplitList(token.model_limits.value_or({}));
  return static_cast<std::size_t>(
      std::count_if(limits.begin(), limits.end(), [&](std::string_view model) { return IsLost(model, meant, used); }));
}

std::size_t TokenRequests::CountLostOfAll(std::string_view meant, std::optional<std::string_view> used) {
  const auto [entry, added] = counted_.try_emplace({meant, used}, 0);
  if (added) {
    const std::span<const std::string_view> models = evidence_.ServedModels(meant);
    entry->second = static_cast<std::size_t>(std::count_if(
        models.begin(), models.end(), [&](std::string_view model) { return IsLost(model, meant, used); }));
  }
  return entry->second;
}

std::optional<GroupAndModel> TokenRequests::FirstLost(const TokenRow& token, std::string_view meant,
                                                      std::optional<std::string_view> used) const {
  std::optional<GroupAndModel> first;
  const ItemList limits = SplitList(token.model_limits.value_or({}));
  const std::span<const std::string_view> may_call =
      IsLimited(token) ? std::span<const std::string_view>(limits.data(), limits.size())
                       : evidence_.ServedModels(meant);
  for (const std::string_view model : may_call) {
    const bool earlier = !first.has_value() || model < first->second;
    if (earlier && IsLost(model, meant, used)) first.emplace(meant, model);
  }
  return first;
}

bool TokenRequests::IsLost(std::string_view model, std::string_view meant, std::optional<std::string_view> used) const {
  return evidence_.Serves(meant, model) && !(used.has_value() && evidence_.Serves(*used, model));
}

}  // namespace pointsman::inline v0
