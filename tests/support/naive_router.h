// NaiveRouter: the rules as a person would write them down, with maps and loops and no thought of speed. Whatever it
// says is what the library must say. It shares no code with the library beyond the row and request types.
#ifndef POINTSMAN_TESTS_SUPPORT_NAIVE_ROUTER_H_
#define POINTSMAN_TESTS_SUPPORT_NAIVE_ROUTER_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "pointsman/loader.h"
#include "pointsman/policy.h"
#include "pointsman/request.h"
#include "pointsman/selection.h"

namespace pointsman::testing {

class NaiveRouter {
 public:
  // What a request gets: a reason, or the exact weight of each channel of the tier that is drawn from.
  struct Answer {
    Reason reason = Reason::kNone;
    std::string group;
    std::int64_t priority = 0;
    std::map<std::int64_t, std::uint64_t> weights;  // by channel id; those that can be drawn
    bool operator==(const Answer&) const = default;
  };

  NaiveRouter(const Rows& rows, const Policy& policy) : policy_(policy) {
    std::map<std::int64_t, ChannelRow> channels;
    std::set<std::int64_t> ids;
    groups_.insert(policy.groups.default_group);
    for (const ChannelRow& row : rows.channels()) {
      if (!GoodWeight(row.weight) || !ids.insert(row.id).second) continue;
      channels.emplace(row.id, row);
      for (const std::string& group : Split(GroupsOf(row))) groups_.insert(group);
    }
    const bool believe_abilities =
        policy.source == RowSource::kAbilities || (policy.source == RowSource::kBoth && !rows.abilities().empty());
    if (believe_abilities) {
      for (const AbilityRow& row : rows.abilities()) {
        const auto channel = channels.find(row.channel_id);
        if (channel == channels.end() || !GoodWeight(row.weight)) continue;
        if (Blank(row.group.value_or({})) || Blank(row.model.value_or({}))) continue;
        const IntField priority = row.priority.is_absent() ? channel->second.priority : row.priority;
        const IntField weight = row.weight.is_absent() ? channel->second.weight : row.weight;
        const bool enabled = row.enabled.is_absent() || row.enabled.value_or(0) != 0;
        Put(std::string(row.group.value()), std::string(row.model.value()), row.channel_id, priority, weight,
            enabled && Enabled(channel->second));
      }
    } else {
      for (const auto& [id, row] : channels) {
        for (const std::string& group : Split(GroupsOf(row))) {
          for (const std::string& model : Split(std::string(row.models.value_or({})))) {
            Put(group, model, id, row.priority, row.weight, Enabled(row));
          }
        }
      }
    }
  }

  Answer Ask(const Request& request) const {
    if (routes_.empty()) return {.reason = Reason::kEmptyTable};
    std::string group(request.group);
    if (Blank(group)) {
      const bool inherit = policy_.groups.empty_group == EmptyGroup::kInherit;
      if (!inherit && policy_.groups.empty_group != EmptyGroup::kDefault) return {.reason = Reason::kEmptyGroup};
      group = inherit && !Blank(request.user_group) ? std::string(request.user_group) : policy_.groups.default_group;
    }
    if (request.allowed_groups) {
      const auto& allowed = *request.allowed_groups;
      if (std::find(allowed.begin(), allowed.end(), group) == allowed.end())
        return {.reason = Reason::kGroupNotAllowed};
    }
    if (!groups_.contains(group)) return {.reason = Reason::kUnknownGroup};
    const std::string model(request.model);
    if (!models_.contains(model)) return {.reason = Reason::kNoSuchModel};
    const auto route = routes_.find({group, model});
    if (route == routes_.end()) return {.reason = Reason::kModelNotInGroup};
    return Draw(group, route->second);
  }

 private:
  struct Candidate {
    std::int64_t priority;
    std::uint64_t weight;
    bool enabled;
  };

  static Answer Draw(const std::string& group, const std::map<std::int64_t, Candidate>& candidates) {
    Answer answer{.reason = Reason::kAllDisabled};
    for (const auto& [id, c] : candidates) {
      if (!c.enabled) continue;
      if (answer.reason == Reason::kAllDisabled || c.priority > answer.priority) {
        answer = {.group = group, .priority = c.priority};
      }
      if (c.priority == answer.priority) answer.weights[id] = c.weight;
    }
    const bool all_zero =
        std::all_of(answer.weights.begin(), answer.weights.end(), [](const auto& w) { return w.second == 0; });
    for (auto& [id, weight] : answer.weights) weight += all_zero ? 1 : 0;
    std::erase_if(answer.weights, [](const auto& w) { return w.second == 0; });
    return answer;
  }

  void Put(const std::string& group, const std::string& model, std::int64_t id, const IntField& priority,
           const IntField& weight, bool enabled) {
    groups_.insert(group);
    models_.insert(model);
    const auto w = static_cast<std::uint64_t>(weight.value_or(0));
    routes_[{group, model}].emplace(id, Candidate{priority.value_or(0), w, enabled});
  }

  std::string GroupsOf(const ChannelRow& row) const {
    return row.groups.is_absent() ? policy_.groups.default_group : std::string(row.groups.value_or({}));
  }
  static bool Enabled(const ChannelRow& row) { return row.status.is_absent() || row.status.value_or(0) == 1; }
  static bool GoodWeight(const IntField& weight) { return weight.value_or(0) >= 0 && weight.value_or(0) <= 4294967295; }
  static bool Blank(std::string_view text) { return text.find_first_not_of(" \t") == std::string_view::npos; }

  static std::set<std::string> Split(const std::string& list) {
    std::set<std::string> items;
    std::istringstream stream(list);
    for (std::string item; std::getline(stream, item, ',');) {
      const auto from = item.find_first_not_of(" \t");
      if (from != std::string::npos) items.insert(item.substr(from, item.find_last_not_of(" \t") - from + 1));
    }
    return items;
  }

  Policy policy_;
  std::set<std::string> groups_;
  std::set<std::string> models_;
  std::map<std::pair<std::string, std::string>, std::map<std::int64_t, Candidate>> routes_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_NAIVE_ROUTER_H_
