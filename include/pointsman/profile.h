// Profiles: named policies, for a gateway that moves and wants today's shares first and better ones later.
//
//   pointsman::Policy policy = pointsman::ProfilePolicy(pointsman::Profile::kNewApiMemory, {.retry_times = 3});
//   pointsman::Router router(std::move(policy));
//
// A profile is nothing but values of Policy: what it does is hashed, written as JSON, patched and explained like any
// other policy, and each value may be changed afterwards.
//
//                            believes    shares of a tier               attempt n of a walk (from 0)
//   pointsman                both        weight                         what was not tried yet, top tier first
//   new_api_memory           channels    weight                         tier n or the lowest; may repeat
//   new_api_database         abilities   weight + 10, bent by a "<="    tier n or the lowest; may repeat
//   one_api_memory           channels    alike, weights are not used    0 and 1: the top tier; then all lower ones
//   alike new_api_memory_2025_04   channels    weight + 10                    tier n or the lowest; may repeat
//
// Besides: new_api_database never selects a candidate whose priority is NULL (elsewhere NULL is 0). Priorities of
// one_api_memory make tiers only where the highest is above 0. Models are found by their exact names; the two memory
// profiles of new_api know its normalised names too. An empty token group is the owner's group in all of them, and the
// default group where the owner is not known.
//
// Automatic groups as in new_api: R + 1 attempts in a group, then the next group from its top tier, and none after the
// last. A group without a candidate is passed over at once. Without retries there is one attempt in all.
//
// Where a gateway goes further than a table can: a tier in which nobody is usable at the moment does not count, and an
// emptied route is a Reason, where new_api's database path answers with an error. A channel that is switched off at run
// time leaves the proportions of the others as they were; the gateway would work them out anew, which differs in the
// two tickets that "<=" moves, and where only weights of 0 are left.
//
// Thread safety: thread-safe (pure functions).
#ifndef POINTSMAN_PROFILE_H_
#define POINTSMAN_PROFILE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/export.h"
#include "pointsman/policy.h"

namespace pointsman::inline v0 {

enum class Profile : std::uint8_t {
  kPointsman,           // the default policy
  kNewApiMemory,        // new-api with its memory cache
  kNewApiDatabase,      // new-api without
  kOneApiMemory,        // one-api with its memory cache
  kNewApiMemory202504,  // new-api with its memory cache, before October 2025
};

struct ProfileInfo {
  Profile profile = Profile::kPointsman;
  std::string_view name;          // "new_api_memory"
  std::string_view sources_read;  // when the gateway's sources were like this: "August 2026"; empty for our own
  EmptyGroup empty_group = EmptyGroup::kInherit;
};

// All of them, the default first.
POINTSMAN_EXPORT std::span<const ProfileInfo> Profiles();

// "pointsman", "new_api_memory", "new_api_database", "one_api_memory", "new_api_memory_2025_04".
POINTSMAN_EXPORT std::string_view ProfileName(Profile profile);
POINTSMAN_EXPORT std::optional<Profile> FindProfile(std::string_view name);

// What a profile needs to know of a gateway. Its saved options say it better: PolicyFromOptions (load/json.h).
struct ProfileOptions {
  // RetryTimes, 0 .. kMaxBudget - 1. Absent: 0, as the gateways have it; `pointsman` keeps its own budget.
  std::optional<std::int32_t> retry_times{};
  // What the group "auto" stands for, in order. Empty: there is no such group.
  std::vector<std::string> automatic_groups{};
};

// Policy::Validate judges the result; it is valid if the options are.
POINTSMAN_EXPORT Policy ProfilePolicy(Profile profile, const ProfileOptions& options = {});

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_PROFILE_H_
