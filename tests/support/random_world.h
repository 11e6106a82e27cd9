// RandomWorld: a small random policy, rows that fit it, and requests to both, by whoever chooses. What the rows say is
// kept as plain candidates beside them, for those who judge.
#ifndef POINTSMAN_TESTS_SUPPORT_RANDOM_WORLD_H_
#define POINTSMAN_TESTS_SUPPORT_RANDOM_WORLD_H_

#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "pointsman/loader.h"
#include "support/naive_walker.h"
#include "support/random_policy.h"

namespace pointsman::testing {

// What the rows say. `named` are the groups that they or the policy's default group name.
struct WorldRows {
  Rows rows{"world"};
  std::vector<NaiveCandidate> candidates;
  std::set<std::string> named;
};

// A request that owns its texts. Not to be moved.
struct WorldRequest {
  std::string group, user_group, model;
  std::vector<std::string> names;       // of the two lists
  std::vector<std::string_view> views;  // likewise
  Request request;
};

class RandomWorld {
 public:
  // Ids that no text holds by chance.
  static constexpr std::int64_t kFirstChannel = 770001;
  static constexpr std::size_t kChannels = 6;

  explicit RandomWorld(RandomPolicies::Chooser below) : policies_(std::move(below)) {}

  std::size_t Below(std::size_t n) { return policies_.Below(n); }
  bool OneIn(std::size_t n) { return Below(n) == n - 1; }

  // Its rows are abilities: these say all that there is to say about who serves what.
  Policy MakePolicy() {
    Policy policy = policies_.Next();
    policy.source = RowSource::kAbilities;
    if (OneIn(2)) policy.models.aliases["another-a"] = "a";
    other_names_.clear();
    for (const auto& [name, groups] : policy.groups.automatic) other_names_.push_back(name);
    for (const auto& [name, rule] : policy.groups.groups) {
      other_names_.insert(other_names_.end(), rule.aliases.begin(), rule.aliases.end());
    }
    return policy;
  }

  WorldRows MakeRows(const Policy& policy) {
    WorldRows world;
    world.named = {"default", policy.groups.default_group};
    std::set<std::int64_t> enabled;
    for (std::size_t c = 0; c < kChannels; ++c) {
      const std::int64_t id = kFirstChannel + static_cast<std::int64_t>(c);
      const bool is_enabled = !OneIn(8);
      if (is_enabled) enabled.insert(id);
      const std::string name = "upstream-of-" + std::to_string(id);
      ChannelRow row{.id = id, .name = name, .status = is_enabled ? 1 : 2, .groups = "default"};
      row.tag = c % 2 == 0 ? "even" : "";
      if (c % 3 == 0) row.keys.count = 3;
      Take(world.rows.Add(row));
    }
    std::set<std::tuple<std::string, std::string, std::int64_t>> keys;
    for (std::size_t n = Below(24); n > 0; --n) {
      NaiveCandidate c{.group = Group(), .model = Model(), .channel = Channel()};
      c.priority = static_cast<std::int64_t>(Below(3));
      c.weight = Below(3);
      if (!keys.emplace(c.group, c.model, c.channel).second) continue;
      const bool is_on = !OneIn(8);
      Take(world.rows.Add(AbilityRow{.group = c.group,
                                     .model = c.model,
                                     .channel_id = c.channel,
                                     .enabled = is_on ? 1 : 0,
                                     .priority = c.priority,
                                     .weight = static_cast<std::int64_t>(c.weight)}));
      c.enabled = is_on && enabled.contains(c.channel);
      world.named.insert(c.group);
      world.candidates.push_back(std::move(c));
    }
    return world;
  }

  void MakeRequest(WorldRequest& asked) {
    asked.group = OneIn(6) ? std::string() : AnyGroup();
    asked.user_group = OneIn(6) ? std::string() : Group();
    asked.model = Model();
    asked.names = {AnyGroup(), policies_.Name(), AnyGroup()};
    asked.views.assign(asked.names.begin(), asked.names.end());
    const std::span<const std::string_view> list(asked.views);
    asked.request = {.group = asked.group, .user_group = asked.user_group, .model = asked.model};
    if (OneIn(5)) asked.request.allowed_groups = list.first(Below(4));
    if (OneIn(5)) asked.request.ordered_groups = list.first(Below(4));
    asked.request.stay_in_group = OneIn(6);
    if (OneIn(10)) asked.request.pin = Channel();
    if (OneIn(3)) asked.request.affinity = Below(100);
  }

  std::int64_t Channel() { return kFirstChannel + static_cast<std::int64_t>(Below(kChannels)); }
  // Few names, so that routes have siblings.
  std::string Group() { return OneIn(2) ? "default" : OneIn(2) ? "vip" : policies_.Name(); }

 private:
  // An alias or an automatic name of the policy now and then.
  std::string AnyGroup() {
    return !other_names_.empty() && OneIn(3) ? other_names_[Below(other_names_.size())] : Group();
  }
  // Some are patterns, one is an alias, one is what the normaliser makes of another.
  std::string Model() {
    static const char* const kNames[] = {
        "a", "ab", "abc", "a*", "ab*", "*", "b", "gpt-4-gizmo-*", "gpt-4-gizmo-x", "another-a"};
    return OneIn(2) ? "a" : kNames[Below(std::size(kNames))];
  }
  static void Take(bool /*goes_on*/) {}

  RandomPolicies policies_;
  std::vector<std::string> other_names_;  // of groups
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_RANDOM_WORLD_H_
