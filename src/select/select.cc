#include "select/select.h"

#include <algorithm>

#include "pointsman/group_policy.h"

namespace pointsman::inline v0 {
namespace {

bool Allows(const Request& request, std::string_view group) {
  if (!request.allowed_groups.has_value()) return true;
  return std::find(request.allowed_groups->begin(), request.allowed_groups->end(), group) !=
         request.allowed_groups->end();
}

}  // namespace

GroupChoice ChooseGroup(const TableData& data, const Request& request) noexcept {
  GroupChoice choice{.name = GroupNameFor(data.policy.groups, request.group, request.user_group)};
  choice.was_empty = choice.name.data() != request.group.data();
  if (choice.name.empty()) {
    choice.was_empty = true;
    choice.reason = Reason::kEmptyGroup;
    return choice;
  }
  if (!Allows(request, choice.name)) {
    choice.reason = Reason::kGroupNotAllowed;
    return choice;
  }
  choice.index = data.group_table.Find(choice.name);
  if (choice.index == kNoIndex) choice.reason = Reason::kUnknownGroup;
  return choice;
}

Nanoseconds RouteStates::Now() noexcept {
  if (!knows_now_) now_ = published_.state->clock.Now().count();
  knows_now_ = true;
  return now_;
}

std::uint32_t RouteStates::LevelBehind(std::uint32_t channel, std::uint64_t word) noexcept {
  const Availability a =
      published_.states[channel]->Judge(word, published_.data->models[model_], Now(), Leniency::kNone);
  return a.reason == Reason::kNone ? a.level : 0;
}

std::uint16_t RouteStates::KeyBehind(std::uint32_t channel) noexcept {
  // The channel may have more keys by now than this table knows.
  const std::uint32_t count = published_.data->channels[channel].keys.count;
  const auto key = published_.states[channel]->NextKey(Now(), [&](std::uint32_t k) { return k >= count; });
  return key && *key < count ? static_cast<std::uint16_t>(*key) : Selection::kNoKey;
}

bool RouteStates::ClaimBehind(std::uint32_t channel, std::uint64_t word, Taken& taken) noexcept {
  return published_.states[channel]->Claim(word, Now(), Leniency::kNone, taken);
}

}  // namespace pointsman::inline v0
