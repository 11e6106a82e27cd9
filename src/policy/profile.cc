#include "pointsman/profile.h"

#include <algorithm>
#include <array>

#include "policy/retry_times.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::array kProfiles = {
    ProfileInfo{.profile = Profile::kPointsman, .name = "pointsman", .sources_read = {}},
    ProfileInfo{.profile = Profile::kNewApiMemory, .name = "new_api_memory", .sources_read = "August 2026"},
    ProfileInfo{.profile = Profile::kNewApiDatabase, .name = "new_api_database", .sources_read = "August 2026"},
    ProfileInfo{.profile = Profile::kOneApiMemory, .name = "one_api_memory", .sources_read = "February 2025"},
    ProfileInfo{.profile = Profile::kNewApiMemory202504,
                .name = "new_api_memory_2025_04",
                .sources_read = "before October 2025"},
};

Policy NewApiMemory(ShareRule shares) {
  Policy policy{.source = RowSource::kChannels, .shares = shares};
  policy.models.normalizer = NewApiNormalizer();
  policy.retry.tiers = RetryTiers::kByAttempt;
  return policy;
}

Policy NewApiDatabase() {
  Policy policy{.source = RowSource::kAbilities, .shares = ShareRule::kPlusTenInclusive};
  policy.priorities.null_priority = NullPriority::kNever;
  policy.retry.tiers = RetryTiers::kByAttempt;
  return policy;
}

Policy OneApiMemory() {
  Policy policy{.source = RowSource::kChannels, .shares = ShareRule::kUniform};
  policy.priorities.tiers = PriorityTiers::kAboveZero;
  policy.retry.tiers = RetryTiers::kTopTwice;
  return policy;
}

Policy Rules(Profile profile) {
  switch (profile) {
    case Profile::kPointsman: return {};
    case Profile::kNewApiMemory: return NewApiMemory(ShareRule::kWeight);
    case Profile::kNewApiDatabase: return NewApiDatabase();
    case Profile::kOneApiMemory: return OneApiMemory();
    case Profile::kNewApiMemory202504: return NewApiMemory(ShareRule::kPlusTen);
  }
  return {};
}

const ProfileInfo* Find(Profile profile) {
  const auto found = std::find_if(kProfiles.begin(), kProfiles.end(),
                                  [&](const ProfileInfo& info) { return info.profile == profile; });
  return found == kProfiles.end() ? nullptr : &*found;
}

}  // namespace

std::span<const ProfileInfo> Profiles() { return kProfiles; }

std::string_view ProfileName(Profile profile) {
  const ProfileInfo* info = Find(profile);
  return info == nullptr ? "unknown" : info->name;
}

std::optional<Profile> FindProfile(std::string_view name) {
  const auto found =
      std::find_if(kProfiles.begin(), kProfiles.end(), [&](const ProfileInfo& info) { return info.name == name; });
  if (found == kProfiles.end()) return std::nullopt;
  return found->profile;
}

Policy ProfilePolicy(Profile profile, const ProfileOptions& options) {
  Policy policy = Rules(profile);
  if (profile != Profile::kPointsman) {
    policy.models.prefixes = false;
    if (const ProfileInfo* info = Find(profile)) policy.groups.empty_group = info->empty_group;
  }
  if (profile != Profile::kPointsman || options.retry_times.has_value()) {
    SetRetryTimes(options.retry_times.value_or(0), policy.retry);
  }
  if (!options.automatic_groups.empty()) policy.groups.automatic["auto"] = options.automatic_groups;
  return policy;
}

}  // namespace pointsman::inline v0
