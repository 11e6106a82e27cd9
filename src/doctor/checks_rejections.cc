// row-rejected: what loading and compiling had to leave out, one finding a table.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "doctor/checks.h"
#include "doctor/wording.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShownCures = 3;
constexpr std::size_t kMostListedPairs = 4'000'000;

// Orphans have a code of their own, and so have channels whose keys cannot be understood.
bool IsReportedElsewhere(const Rejection& rejection, const Evidence& evidence) {
  if (rejection.place.table == SourceTable::kChannels && rejection.place.column == "channel_info") {
    const std::optional<std::int64_t> id = IdOfKey(rejection.place.key);
    const ChannelRow* const channel = id.has_value() ? evidence.FindChannel(*id) : nullptr;
    return channel != nullptr && channel->keys.malformed;
  }
  if (rejection.place.table != SourceTable::kAbilities || rejection.place.column != "channel_id") return false;
  const std::optional<std::int64_t> channel = ChannelOfAbilityKey(rejection.place.key);
  return channel.has_value() && !evidence.HasChannel(*channel);
}

// A channel's abilities go with it, and say nothing of their own.
bool IsOfInterest(const Rejection& rejection, const Evidence& evidence) {
  if (!evidence.has_focus()) return true;
  const std::optional<std::int64_t> id = IdOfKey(rejection.place.key);
  return rejection.place.table == SourceTable::kChannels && id.has_value() && evidence.IsOfInterest(*id);
}

FindingRow RejectionWhere(const Rejection& rejection, const Evidence& evidence) {
  FindingRow where{.table = rejection.place.table,
                   .id = IdOfKey(rejection.place.key),
                   .key = rejection.place.key,
                   .column = rejection.place.column,
                   .detail = rejection.Text()};
  const bool of_channel = where.table == SourceTable::kChannels && where.id.has_value();
  const ChannelRow* channel = of_channel ? evidence.FindChannel(*where.id) : nullptr;
  if (channel != nullptr) where.name = std::string(channel->name.value_or({}));
  return where;
}

// The first few different cures, in the order in which they come.
class Cures {
 public:
  void Add(const std::string& cure) {
    if (cure.empty() || std::find(cures_.begin(), cures_.end(), cure) != cures_.end()) return;
    if (cures_.size() < kShownCures) {
      cures_.push_back(cure);
    } else {
      more_ = true;
    }
  }
  std::string Text() const {
    std::string text;
    for (const std::string& cure : cures_) text += (text.empty() ? "" : "; ") + cure;
    return more_ ? text + "; for others see each row" : text;
  }

 private:
  std::vector<std::string> cures_;
  bool more_ = false;
};

// Pairs that enabled rows of enabled channels would serve, had the rows not been rejected. What a channel that could
// not be read would serve is not counted: nobody knows whether it is enabled.
class LostPairs {
 public:
  explicit LostPairs(const Evidence& evidence) : evidence_(evidence) {
    for (const Rejection& rejection : evidence.rows().rejections()) {
      if (rejection.place.table == SourceTable::kAbilities) any_unread_abilities_ = true;
    }
    if (evidence.believes_abilities()) {
      for (const AbilityRow& row : evidence.rows().abilities()) TakeAbility(row);
    } else {
      for (const ChannelRow& row : evidence.rows().channels()) TakeChannel(row);
    }
  }

  std::size_t CountFor(SourceTable table) const {
    if (table == SourceTable::kChannels) return by_channels_.size();
    return table == SourceTable::kAbilities ? by_abilities_.size() : 0;
  }

  // What may have lost its only channel beside those; empty: nothing.
  std::string NotCountedFor(SourceTable table) const {
    BoundedList parts(2);
    const bool of_abilities = table == SourceTable::kAbilities && evidence_.believes_abilities();
    if (of_abilities && any_unread_abilities_) parts.Add("abilities that could not be read");
    if ((of_abilities || table == SourceTable::kChannels) && of_unread_channels_ > 0) {
      parts.Add(Abilities(of_unread_channels_) + " of channels that could not be read");
    }
    const bool lists_are_lost = !evidence_.believes_abilities() && evidence_.has_unloaded_channels();
    if (lists_are_lost && table == SourceTable::kChannels) parts.Add("what channels that could not be read list");
    return parts.Text();
  }

 private:
  void TakeAbility(const AbilityRow& row) {
    if (!IsEnabled(row) || !HasUsableNames(row)) return;
    const GroupAndModel pair(row.group.value(), row.model.value());
    if (evidence_.Serves(pair.first, pair.second)) return;
    const ChannelRow* channel = evidence_.FindChannel(row.channel_id);
    if (channel == nullptr && evidence_.HasChannel(row.channel_id)) ++of_unread_channels_;
    if (channel == nullptr || !IsEnabled(*channel)) return;
    (evidence_.IsUsable(*channel) ? by_abilities_ : by_channels_).insert(pair);
  }

  void TakeChannel(const ChannelRow& row) {
    if (!IsEnabled(row) || evidence_.IsUsable(row)) return;
    const ItemList groups = ListedGroups(row, evidence_.policy());
    const ItemList models = ListedModels(row);
    for (const std::string_view group : groups) {
      for (const std::string_view model : models) {
        if (by_channels_.size() == kMostListedPairs) return;
        if (!evidence_.Serves(group, model)) by_channels_.insert({group, model});
      }
    }
  }

  const Evidence& evidence_;
  PairSet by_channels_;
  PairSet by_abilities_;
  std::size_t of_unread_channels_ = 0;  // enabled abilities whose pair nobody else serves
  bool any_unread_abilities_ = false;
};

std::string Why(std::size_t failing_routes, const std::string& not_counted) {
  std::string why = "such rows are left out of the route table";
  if (failing_routes > 0) {
    why += "; " + Amount(failing_routes, "(group, model) pair has", "(group, model) pairs have") +
           " no route because of it";
  } else if (not_counted.empty()) {
    why += "; no pair that could be counted has lost its only channel by that";
  }
  return not_counted.empty() ? why : why + "; not counted: " + not_counted;
}

struct OfTable {
  std::optional<Growing> growing;
  Cures cures;
  const Rejection* first = nullptr;
};

constexpr char kWhyOption[] =
    "an option counts whole or not at all: routing goes on as if these were not set, and gateways differ in what they "
    "make of them";

}  // namespace

void CheckRowRejected(const Evidence& evidence, Findings& findings) {
  std::array<OfTable, 5> tables;
  const auto take = [&](const Rejection& rejection) {
    if (!IsOfInterest(rejection, evidence)) return;
    if (IsReportedElsewhere(rejection, evidence)) return;
    OfTable& of = tables[static_cast<std::size_t>(rejection.place.table)];
    if (!of.growing.has_value()) {
      of.growing.emplace("row-rejected", evidence);
      of.first = &rejection;
    }
    of.growing->Add(RejectionWhere(rejection, evidence));
    of.cures.Add(rejection.cure);
  };
  for (const Rejection& rejection : evidence.report().rejections) take(rejection);
  for (const Rejection& rejection : evidence.options().rejected_options) take(rejection);
  std::optional<LostPairs> lost;
  for (OfTable& of : tables) {
    if (!of.growing.has_value()) continue;
    if (!lost.has_value()) lost.emplace(evidence);
    Finding& finding = of.growing->finding();
    const bool of_options = of.first->place.table == SourceTable::kOptions;
    finding.severity = of_options ? Severity::kWarning : Severity::kError;
    finding.message = Amount(finding.count, "row or list item", "rows or list items") + " of " +
                      std::string(TableName(of.first->place.table)) + " cannot be used, e.g. " + of.first->place.key +
                      (of.first->place.column.empty() ? "" : ", column " + of.first->place.column) + ": " +
                      of.first->problem;
    finding.failing_routes = lost->CountFor(of.first->place.table);
    finding.why = of_options ? kWhyOption : Why(finding.failing_routes, lost->NotCountedFor(of.first->place.table));
    finding.cure = CureClass::kAdvice;
    finding.advice = of.cures.Text();
    findings.push_back(std::move(finding));
  }
}

}  // namespace pointsman::inline v0
