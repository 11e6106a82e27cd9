#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "compile/unpack.h"
#include "pointsman/dump.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

// What a channel's own lists must say. Where these are believed, its candidates are one offer in all pairs of them.
struct Lists {
  std::set<std::string_view> groups;
  std::set<std::string_view> models;
  const Offer* offer = nullptr;
};

std::string Joined(const std::set<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) {
    if (!list.empty()) list += ',';
    list += name;
  }
  return list;
}

ChannelRow RowOf(const ChannelRecord& channel) {
  return {.id = channel.id,
          .name = channel.name,
          .type = channel.type,
          .status = channel.status,
          .tag = channel.tag,
          .keys = channel.keys,
          .cookie = channel.cookie};
}

// Who is never selected for want of a priority is eligible otherwise, and would be if it had one.
IntField PriorityOf(const Offer& offer) {
  return offer.status == CandidateStatus::kNoPriority ? IntField(nullptr) : IntField(offer.priority);
}

void AddListingChannels(const Draft& draft, Rows& rows) {
  std::vector<Lists> lists(draft.channels.size());
  for (const DraftCandidate& c : draft.candidates) {
    const Offer& offer = draft.offers[c.offer];
    Lists& of_channel = lists[offer.channel];
    of_channel.groups.insert(draft.groups.names()[c.group]);
    of_channel.models.insert(draft.models.names()[c.model]);
    of_channel.offer = &offer;
  }
  for (std::size_t c = 0; c < lists.size(); ++c) {
    const std::string groups = Joined(lists[c].groups);
    const std::string models = Joined(lists[c].models);
    ChannelRow row = RowOf(draft.channels[c]);
    row.groups = groups;
    row.models = models;
    row.priority = lists[c].offer == nullptr ? IntField(0) : PriorityOf(*lists[c].offer);
    row.weight = lists[c].offer == nullptr ? std::int64_t{0} : lists[c].offer->weight;
    rows.Add(row);
  }
}

void AddAbilities(const Draft& draft, Rows& rows) {
  for (const ChannelRecord& channel : draft.channels) {
    ChannelRow row = RowOf(channel);
    row.groups = nullptr;  // absent would mean the default group
    rows.Add(row);
  }
  for (const DraftCandidate& c : draft.candidates) {
    const Offer& offer = draft.offers[c.offer];
    AbilityRow row{.group = draft.groups.names()[c.group],
                   .model = draft.models.names()[c.model],
                   .channel_id = draft.channels[offer.channel].id,
                   .priority = PriorityOf(offer),
                   .weight = std::int64_t{offer.weight}};
    // A disabled channel hides what its abilities said of themselves.
    if (draft.channels[offer.channel].enabled) row.enabled = offer.status == CandidateStatus::kAbilityDisabled ? 0 : 1;
    rows.Add(row);
  }
  rows.BelieveAbilities();
}

}  // namespace

Rows TableRows(const RouteTable& table, std::string source) {
  const TableData& data = table.data();
  const Draft draft = Unpack(data);
  Rows rows(std::move(source));
  for (std::uint32_t g = 0; g < data.groups.size(); ++g) {
    const bool is_known_anyway = data.groups[g] == data.policy.groups.default_group;
    if (!is_known_anyway && data.rows.RoutesOf(g).empty()) rows.KnowGroup(data.groups[g]);
  }
  if (data.believed == RowSource::kAbilities) {
    AddAbilities(draft, rows);
  } else {
    AddListingChannels(draft, rows);
  }
  return rows;
}

}  // namespace pointsman::inline v0
