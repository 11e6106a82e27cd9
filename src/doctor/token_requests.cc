#include "doctor/token_requests.h"

#include <algorithm>
#include <iterator>

#include "pointsman/caller.h"

namespace pointsman::inline v0 {

bool IsLimited(const TokenRow& token) { return token.model_limits_enabled.value_or(0) != 0; }

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

bool TokenRequests::IsLeftToTheGateway(std::string_view group) const {
  return group == "auto" && !evidence_.options().policy.has_value();
}

bool TokenRequests::HasAListOfItsOwn(const TokenRow& token) {
  return ResolveCaller(token, nullptr, std::nullopt).ordered_groups != nullptr;
}

std::optional<Asker> TokenRequests::AskerOf(const TokenRow& token) const {
  const std::string_view owner_group = OwnerGroup(token);
  const std::string_view written = token.group.is_absent() ? owner_group : token.group.value_or({});
  if (HasAListOfItsOwn(token) || IsLeftToTheGateway(written)) return std::nullopt;
  const std::optional<std::string_view> group = IsBlank(written) ? evidence_.ResolveEmpty(owner_group) : written;
  if (!group.has_value()) return std::nullopt;
  return Asker{.group = *group, .user_group = owner_group};
}

std::size_t TokenRequests::CountServed(const TokenRow& token, const Asker& asker) {
  if (!IsLimited(token)) return Models(asker).size();
  const ItemList limits = SplitList(token.model_limits.value_or({}));
  return static_cast<std::size_t>(std::count_if(
      limits.begin(), limits.end(), [&](std::string_view model) { return evidence_.Serves(asker, model); }));
}

std::span<const std::string_view> TokenRequests::Models(const Asker& asker) {
  if (evidence_.is_plain()) return evidence_.ServedModels(asker.group);
  const auto [entry, added] = models_.try_emplace(asker);
  if (added) {
    const std::span<const std::string_view> names = evidence_.model_names();
    std::copy_if(names.begin(), names.end(), std::back_inserter(entry->second),
                 [&](std::string_view model) { return evidence_.Serves(asker, model); });
  }
  return entry->second;
}

TokenRequests::Groups TokenRequests::GroupsOf(const TokenRow& token, std::string_view meant,
                                              std::optional<std::string_view> used) const {
  // Without permissions it does not matter who asks.
  const std::string_view user_group = evidence_.is_plain() ? std::string_view() : OwnerGroup(token);
  Groups groups{.meant = {.group = meant, .user_group = user_group}, .used = std::nullopt};
  if (used.has_value()) groups.used = Asker{.group = *used, .user_group = user_group};
  return groups;
}

std::size_t TokenRequests::CountLost(const TokenRow& token, std::string_view meant,
                                     std::optional<std::string_view> used) {
  const UserRow* owner = Owner(token);
  if (owner != nullptr && !IsEnabled(*owner)) return 0;
  const Groups groups = GroupsOf(token, meant, used);
  if (!IsLimited(token)) return CountLostOfAll(groups);
  const ItemList limits = SplitList(token.model_limits.value_or({}));
  return static_cast<std::size_t>(
      std::count_if(limits.begin(), limits.end(), [&](std::string_view model) { return IsLost(model, groups); }));
}

std::size_t TokenRequests::CountLostOfAll(const Groups& groups) {
  const auto [entry, added] = counted_.try_emplace(groups, 0);
  if (added) {
    const std::span<const std::string_view> models = Models(groups.meant);
    entry->second = static_cast<std::size_t>(
        std::count_if(models.begin(), models.end(), [&](std::string_view model) { return IsLost(model, groups); }));
  }
  return entry->second;
}

std::optional<std::string_view> TokenRequests::FirstLost(const TokenRow& token, std::string_view meant,
                                                         std::optional<std::string_view> used) {
  const Groups groups = GroupsOf(token, meant, used);
  const ItemList limits = SplitList(token.model_limits.value_or({}));
  const std::span<const std::string_view> may_call =
      IsLimited(token) ? std::span<const std::string_view>(limits.data(), limits.size()) : Models(groups.meant);
  std::optional<std::string_view> first;
  for (const std::string_view model : may_call) {
    if ((!first.has_value() || model < *first) && IsLost(model, groups)) first = model;
  }
  return first;
}

bool TokenRequests::IsLost(std::string_view model, const Groups& groups) const {
  return evidence_.Serves(groups.meant, model) && !(groups.used.has_value() && evidence_.Serves(*groups.used, model));
}

}  // namespace pointsman::inline v0
