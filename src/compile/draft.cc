#include "compile/draft.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "compile/recent_offers.h"
#include "pointsman/request.h"
#include "rows/comma_list.h"
#include "rows/row_key.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::int64_t kEnabled = 1;
constexpr std::size_t kMostPairs = 1000000;  // that the lists of one channel may span
constexpr std::int64_t kLargestWeight = std::numeric_limits<std::uint32_t>::max();

// What is wrong with a cell, and the cure; empty where nothing is.
struct Complaint {
  std::string problem;
  std::string cure;
  explicit operator bool() const { return !problem.empty(); }
};

Complaint JudgeWeight(const IntField& weight) {
  const std::int64_t value = weight.value_or(0);
  if (value < 0) return {"weight " + std::to_string(value) + " is negative", "use 0 to switch it off"};
  if (value > kLargestWeight) {
    return {"weight " + std::to_string(value) + " is above " + std::to_string(kLargestWeight),
            "divide the weights of its tier by a common factor"};
  }
  return {};
}

Complaint JudgeName(std::string_view what, std::string_view name) {
  if (IsBlank(name)) {
    return {"the " + std::string(what) + " is empty", "name it, or delete the row"};
  }
  if (name.size() > kMaxNameBytes) {
    return {
        "the " + std::string(what) + " " + Quoted(name) + " is longer than " + std::to_string(kMaxNameBytes) + " bytes",
        "shorten it"};
  }
  return {};
}

bool IsGoodWeight(const IntField& weight) { return weight.value_or(0) >= 0 && weight.value_or(0) <= kLargestWeight; }

// Judges the rows of one build, step by step.
class RowJudge {
 public:
  RowJudge(const Rows& rows, const Policy& policy, std::vector<Rejection>& rejections)
      : rows_(rows),
        policy_(policy),
        judge_(rows.source(), rejections),
        rejections_(rejections),
        recent_offers_(rows.channels().size()) {}

  Draft Run() {
    draft_.believed = Believed();
    JudgeChannels();
    NoteGroups();
    if (draft_.believed == RowSource::kAbilities) {
      TakeAbilities();
    } else {
      TakeLists();
    }
    return std::move(draft_);
  }

 private:
  // Rejected ability rows count: a table of nothing but bad rows is still a table that is there.
  RowSource Believed() const {
    if (policy_.source != RowSource::kBoth) return policy_.source;
    const bool any = rows_.abilities_believed() || !rows_.abilities().empty() ||
                     std::any_of(rejections_.begin(), rejections_.end(),
                                 [](const Rejection& r) { return r.place.table == SourceTable::kAbilities; });
    return any ? RowSource::kAbilities : RowSource::kChannels;
  }

  void JudgeChannels() {
    for (const Rejection& rejection : rejections_) {  // so far: those that could not even be read
      if (rejection.place.table != SourceTable::kChannels) continue;
      if (const std::optional<std::int64_t> id = IdOfKey(rejection.place.key)) rejected_ids_.insert(*id);
    }
    absl::flat_hash_set<std::int64_t> kept_ids;
    for (const ChannelRow& row : rows_.channels()) {
      if (const Complaint bad = JudgeWeight(row.weight)) {
        judge_.RejectChannel(row, "weight", bad.problem, bad.cure);
        rejected_ids_.insert(row.id);
      } else if (!kept_ids.insert(row.id).second) {
        judge_.RejectChannel(row, "id", "channel " + std::to_string(row.id) + " is listed twice",
                             "keep one of the rows; the first good one counts");
      } else {
        kept_.push_back(&row);
      }
    }
    std::sort(kept_.begin(), kept_.end(), [](const ChannelRow* a, const ChannelRow* b) { return a->id < b->id; });
    for (const ChannelRow* row : kept_) {
      channel_of_[row->id] = static_cast<std::uint32_t>(draft_.channels.size());
      const std::int64_t status = row->status.is_absent() ? kEnabled : row->status.value_or(0);
      draft_.channels.push_back({.id = row->id,
                                 .type = row->type.value_or(0),
                                 .status = status,
                                 .cookie = row->cookie,
                                 .name = row->name.value_or({}),
                                 .tag = row->tag.value_or({}),
                                 .keys = KeysOf(*row),
                                 .enabled = status == kEnabled});
    }
  }

  ChannelKeys KeysOf(const ChannelRow& row) {
    if (!row.keys.malformed) return row.keys;
    judge_.RejectChannel(row, "channel_info", "what it says of several keys cannot be understood, so it counts as one",
                         "mend the JSON: is_multi_key, multi_key_size (1 to " + std::to_string(ChannelKeys::kMost) +
                             "), multi_key_status_list {\"index\": status}");
    return {};
  }

  // Every group that a channel names is known, whoever is believed about serving it. So is the default group.
  void NoteGroups() {
    draft_.groups.Number(policy_.groups.default_group);
    for (const std::string_view group : rows_.known_groups()) {
      if (!JudgeName("group", group)) draft_.groups.Number(group);
    }
    for (const ChannelRow* row : kept_) {
      for (const std::string_view group : ListOf(*row, "group", GroupsOf(*row))) draft_.groups.Number(group);
    }
  }

  std::string_view GroupsOf(const ChannelRow& row) const {
    return row.groups.is_absent() ? std::string_view(policy_.groups.default_group) : row.groups.value_or({});
  }

  // The usable items of a list. Each item that is not is rejected, the first time that the list is read.
  ItemList ListOf(const ChannelRow& row, std::string_view column, std::string_view list) {
    ItemList items = SplitList(list);
    if (items.empty() && !IsBlank(list)) {
      judge_.RejectChannel(row, column, "the list " + Quoted(list) + " names nothing",
                           "name at least one, or empty it");
    }
    const auto unusable = std::stable_partition(items.begin(), items.end(),
                                                [](std::string_view item) { return item.size() <= kMaxNameBytes; });
    for (auto item = unusable; item != items.end(); ++item) {
      judge_.RejectChannel(row, column, JudgeName("list item", *item).problem, "shorten it");
    }
    items.erase(unusable, items.end());
    return items;
  }

  void TakeLists() {
    for (std::uint32_t c = 0; c < kept_.size(); ++c) {
      const ChannelRow& row = *kept_[c];
      const ItemList models = ListOf(row, "models", row.models.value_or({}));
      ItemList groups = SplitList(GroupsOf(row));
      if (groups.size() * models.size() > kMostPairs) {
        judge_.RejectChannel(row, "models",
                             std::to_string(groups.size()) + " groups times " + std::to_string(models.size()) +
                                 " models are more than " + std::to_string(kMostPairs) + " routes",
                             "shorten one of its lists, or split the channel");
        continue;
      }
      TakeRoutes(c, groups, models);
    }
  }

  void TakeRoutes(std::uint32_t c, ItemList& groups, const ItemList& models) {
    const auto too_long = [](std::string_view group) { return group.size() > kMaxNameBytes; };
    groups.erase(std::remove_if(groups.begin(), groups.end(), too_long), groups.end());  // rejected in NoteGroups
    if (groups.empty() || models.empty()) return;
    const ChannelRow& row = *kept_[c];
    const std::uint32_t offer =
        AddOffer({.priority = row.priority.value_or(0),
                  .channel = c,
                  .weight = static_cast<std::uint32_t>(row.weight.value_or(0)),
                  .status = StatusOf(draft_.channels[c], /*ability_enabled=*/true, row.priority)});
    for (const std::string_view group : groups) {
      for (const std::string_view model : models) Take(group, model, offer, c);
    }
  }

  void TakeAbilities() {
    draft_.candidates.reserve(rows_.abilities().size());
    const std::span<const AbilityRow> abilities = rows_.abilities();
    for (std::uint32_t i = 0; i < abilities.size(); ++i) {
      if (!TakeFamiliar(abilities[i], i)) TakeAbility(abilities[i], i);
    }
  }

  // Most rows say nothing new: both names and the offer were judged for rows before. False where that is not so.
  bool TakeFamiliar(const AbilityRow& row, std::uint32_t index) {
    const std::uint32_t group = draft_.groups.Recent(row.group.value_or({}));
    const std::uint32_t model = draft_.models.Recent(row.model.value_or({}));
    const std::uint32_t offer = recent_offers_.Find(row);
    if (group == kNoIndex || model == kNoIndex || offer == kNoIndex) return false;
    draft_.candidates.push_back({.group = group, .model = model, .offer = offer, .row = index});
    return true;
  }

  void TakeAbility(const AbilityRow& row, std::uint32_t index) {
    if (!IsGoodName(row, "group", row.group, draft_.groups) || !IsGoodName(row, "model", row.model, draft_.models))
      return;
    std::uint32_t offer = recent_offers_.Find(row);
    if (offer == kNoIndex) {
      if (!IsGoodWeight(row.weight)) {
        Complain(row, "weight", JudgeWeight(row.weight));
        return;
      }
      const auto found = channel_of_.find(row.channel_id);
      if (found == channel_of_.end()) {
        Complain(row, "channel_id", MissingChannel(row.channel_id));
        return;
      }
      offer = AddOffer(OfferOf(row, found->second));
      recent_offers_.Remember(row, offer);
    }
    Take(row.group.value(), row.model.value(), offer, index);
  }

  Offer OfferOf(const AbilityRow& row, std::uint32_t c) const {
    const ChannelRow& channel = *kept_[c];
    const IntField& priority = row.priority.is_absent() ? channel.priority : row.priority;
    const IntField& weight = row.weight.is_absent() ? channel.weight : row.weight;
    return {.priority = priority.value_or(0),
            .channel = c,
            .weight = static_cast<std::uint32_t>(weight.value_or(0)),
            .status = StatusOf(draft_.channels[c], row.enabled.is_absent() || row.enabled.value_or(0) != 0, priority)};
  }

  std::uint32_t AddOffer(const Offer& offer) {
    draft_.offers.push_back(offer);
    return static_cast<std::uint32_t>(draft_.offers.size() - 1);
  }

  // A name that is in the pool was judged before.
  bool IsGoodName(const AbilityRow& row, std::string_view column, const TextField& field, const NamePool& pool) {
    const std::string_view name = field.value_or({});
    if (pool.Recent(name) != kNoIndex) return true;
    const Complaint bad = JudgeName(column, name);
    if (bad) Complain(row, column, bad);
    return !bad;
  }

  void Complain(const AbilityRow& row, std::string_view column, const Complaint& bad) {
    judge_.RejectAbility(row, column, bad.problem, bad.cure);
  }

  Complaint MissingChannel(std::int64_t id) const {
    const std::string name = "channel " + std::to_string(id);
    if (rejected_ids_.contains(id)) return {"the row of its " + name + " was rejected", "mend that row"};
    return {name + " does not exist", "delete the ability, or add the channel"};
  }

  CandidateStatus StatusOf(const ChannelRecord& channel, bool ability_enabled, const IntField& priority) const {
    if (!channel.enabled) return CandidateStatus::kChannelDisabled;
    if (!ability_enabled) return CandidateStatus::kAbilityDisabled;
    const bool never = priority.is_null() && policy_.priorities.null_priority == NullPriority::kNever;
    return never ? CandidateStatus::kNoPriority : CandidateStatus::kEligible;
  }

  void Take(std::string_view group, std::string_view model, std::uint32_t offer, std::uint32_t row) {
    draft_.candidates.push_back(
        {.group = draft_.groups.Number(group), .model = draft_.models.Number(model), .offer = offer, .row = row});
  }

  const Rows& rows_;
  const Policy& policy_;
  Judge judge_;
  const std::vector<Rejection>& rejections_;
  absl::flat_hash_set<std::int64_t> rejected_ids_;
  std::vector<const ChannelRow*> kept_;  // parallel to draft_.channels
  absl::flat_hash_map<std::int64_t, std::uint32_t> channel_of_;
  RecentOffers recent_offers_;
  Draft draft_;
};

}  // namespace

void Judge::RejectChannel(const ChannelRow& row, std::string_view column, const std::string& problem,
                          std::string cure) {
  Reject(SourceTable::kChannels, "id " + std::to_string(row.id), column, row.origin,
         "channel " + Quoted(row.name.value_or({})) + ": " + problem, std::move(cure));
}

void Judge::RejectAbility(const AbilityRow& row, std::string_view column, std::string problem, std::string cure) {
  const std::string key = "(" + Printable(row.group.value_or("NULL")) + ", " + Printable(row.model.value_or("NULL")) +
                          ", " + std::to_string(row.channel_id) + ")";
  Reject(SourceTable::kAbilities, key, column, row.origin, std::move(problem), std::move(cure));
}

void Judge::Reject(SourceTable table, std::string key, std::string_view column, const Origin& origin,
                   std::string problem, std::string cure) {
  Rejection& rejection = rejections_.emplace_back();
  rejection.place.source = source_;
  rejection.place.table = table;
  rejection.place.key = std::move(key);
  rejection.place.column = column;
  rejection.place.origin = origin;
  rejection.problem = std::move(problem);
  rejection.cure = std::move(cure);
}

Draft JudgeRows(const Rows& rows, const Policy& policy, std::vector<Rejection>& rejections) {
  return RowJudge(rows, policy, rejections).Run();
}

}  // namespace pointsman::inline v0
