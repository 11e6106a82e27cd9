#include "doctor/evidence.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <system_error>

#include "pointsman/request.h"
#include "select/plan_walk.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::int64_t kEnabled = 1;

bool IsEnabledStatus(const IntField& status) { return status.is_absent() || status.value_or(0) == kEnabled; }

Policy ExaminedPolicy(const DoctorOptions& options) {
  return options.policy.value_or(Policy{.groups = {.empty_group = EmptyGroup::kExact}});
}

ItemList UsableItems(std::string_view list) {
  ItemList items = SplitList(list);
  const auto too_long = [](std::string_view item) { return item.size() > kMaxNameBytes; };
  items.erase(std::remove_if(items.begin(), items.end(), too_long), items.end());
  return items;
}

}  // namespace

absl::StatusOr<Evidence> Evidence::Gather(const Rows& rows, const DoctorOptions& options) {
  absl::StatusOr<Compiled> compiled = Compile(rows, ExaminedPolicy(options));
  if (!compiled.ok()) return compiled.status();
  Evidence evidence;
  evidence.rows_ = &rows;
  evidence.options_ = &options;
  evidence.compiled_ = *std::move(compiled);
  evidence.Index();
  return evidence;
}

Evidence Evidence::Around(const Rows& rows, const DoctorOptions& options, const RouteTable& table) {
  Evidence evidence;
  evidence.rows_ = &rows;
  evidence.options_ = &options;
  evidence.compiled_.table = std::shared_ptr<const RouteTable>(std::shared_ptr<void>(), &table);
  evidence.Index();
  return evidence;
}

void Evidence::Index() {
  for (const ChannelRow& row : rows_->channels()) channels_.try_emplace(row.id, &row);
  for (const UserRow& row : rows_->users()) users_.try_emplace(row.id, &row);
  NoteUnloaded();
  intact_.emplace(*compiled_.table);
  IndexServed();
}

bool Evidence::AnyOfInterestLists(std::span<const std::string_view> names) const {
  if (!focus_.has_value()) return true;
  const ChannelRow* const channel = FindChannel(*focus_);
  if (channel == nullptr) return false;
  const ItemList groups = ListedGroups(*channel, policy());
  const ItemList models = ListedModels(*channel);
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return std::find(groups.begin(), groups.end(), name) != groups.end() ||
           std::find(models.begin(), models.end(), name) != models.end();
  });
}

void Evidence::Unloaded::Add(const Rejection& rejection) {
  if (const auto id = IdOfKey(rejection.place.key)) {
    ids.insert(*id);
  } else {
    has_unnamed = true;
  }
}

void Evidence::NoteUnloaded() {
  for (const Rejection& rejection : rows_->rejections()) {
    if (rejection.place.table == SourceTable::kChannels) {
      unloaded_channels_.Add(rejection);
    } else if (rejection.place.table == SourceTable::kUsers) {
      unloaded_users_.Add(rejection);
    } else if (rejection.place.table == SourceTable::kAbilities) {
      if (const auto id = ChannelOfAbilityKey(rejection.place.key)) unloaded_abilities_.insert(*id);
    }
  }
}

void Evidence::IndexServed() {
  const TableData& data = table().data();
  for (std::uint32_t g = 0; g < data.groups.size(); ++g) {
    served_begin_.push_back(served_.size());
    for (const ListedRoute& route : data.rows.RoutesOf(g)) {
      if (route.first != kAllOut) served_.push_back(data.models[route.model]);
    }
  }
  served_begin_.push_back(served_.size());
  intact_->AddModelNames(model_names_);
  std::sort(model_names_.begin(), model_names_.end());
  model_names_.erase(std::unique(model_names_.begin(), model_names_.end()), model_names_.end());
}

const ChannelRow* Evidence::FindChannel(std::int64_t id) const {
  const auto found = channels_.find(id);
  return found == channels_.end() ? nullptr : found->second;
}

const UserRow* Evidence::FindUser(std::int64_t id) const {
  const auto found = users_.find(id);
  return found == users_.end() ? nullptr : found->second;
}

std::span<const std::string_view> Evidence::ServedModels(std::string_view group) const {
  const std::uint32_t g = table().data().group_table.Find(group);
  if (g == kNoIndex) return {};
  return std::span(served_).subspan(served_begin_[g], served_begin_[g + 1] - served_begin_[g]);
}

const ChannelRecord& Evidence::Server(const Asker& asker, std::string_view model) const {
  const TableData& data = table().data();
  const TierBlock tier = data.tier(intact_->First(RequestOf(asker, model))->match.first);
  return data.channels[tier.channel(tier.Holder(0, 0))];
}

std::optional<std::string_view> Evidence::ResolveEmpty(std::string_view user_group) const {
  const std::string_view group = GroupNameFor(policy().groups, {}, user_group);
  return group.empty() ? std::nullopt : std::optional(group);
}

bool IsEnabled(const ChannelRow& channel) { return IsEnabledStatus(channel.status); }
bool IsEnabled(const AbilityRow& ability) { return ability.enabled.is_absent() || ability.enabled.value_or(0) != 0; }
bool IsEnabled(const TokenRow& token) { return IsEnabledStatus(token.status); }
bool IsEnabled(const UserRow& user) { return IsEnabledStatus(user.status); }

bool HasEmptyGroup(const TokenRow& token) {
  return IsEnabled(token) && !token.group.is_absent() && IsBlank(token.group.value_or({}));
}

std::optional<std::int64_t> ChannelOfAbilityKey(std::string_view key) {
  const std::size_t comma = key.rfind(", ");
  if (comma == std::string_view::npos) return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(key.data() + comma + 2, key.data() + key.size(), id);
  return error == std::errc() && end != key.data() + key.size() ? std::optional<std::int64_t>(id) : std::nullopt;
}

bool HasUsableNames(const AbilityRow& ability) {
  const std::string_view group = ability.group.value_or({});
  const std::string_view model = ability.model.value_or({});
  return !IsBlank(group) && !IsBlank(model) && group.size() <= kMaxNameBytes && model.size() <= kMaxNameBytes;
}

ItemList ListedGroups(const ChannelRow& channel, const Policy& policy) {
  return UsableItems(channel.groups.is_absent() ? std::string_view(policy.groups.default_group)
                                                : channel.groups.value_or({}));
}

ItemList ListedModels(const ChannelRow& channel) { return UsableItems(channel.models.value_or({})); }

}  // namespace pointsman::inline v0
