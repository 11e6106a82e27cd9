// list-untidy and channel-group-cut: what is wrong with the comma lists of channels.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/checks.h"
#include "doctor/saved_options.h"
#include "doctor/variant.h"
#include "doctor/wording.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;
// How many characters gateways give the column group: new-api, and one-api.
constexpr std::size_t kColumnWidths[] = {64, 32};

std::string Tidy(std::string_view list) {
  std::string tidy;
  for (const std::string_view item : SplitList(list)) tidy += (tidy.empty() ? "" : ",") + std::string(item);
  return tidy;
}

std::size_t Characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Every group that somebody names: other channels, abilities, tokens, users, and the options.
std::set<std::string, std::less<>> NamedGroups(const Evidence& evidence) {
  std::set<std::string, std::less<>> names;
  for (const std::string_view group : evidence.table().groups()) names.emplace(group);
  for (const TokenRow& row : evidence.rows().tokens()) names.emplace(Trim(row.group.value_or({})));
  for (const UserRow& row : evidence.rows().users()) names.emplace(Trim(row.group.value_or({})));
  const SavedOptions saved = SavedOptions::Read(evidence.rows());
  for (const auto* option : {&saved.group_ratio, &saved.usable_groups, &saved.auto_groups}) {
    if (option->has_value()) names.insert((*option)->begin(), (*option)->end());
  }
  return names;
}

// The groups of which `fragment` is the beginning.
std::vector<std::string_view> Completions(const std::set<std::string, std::less<>>& names, std::string_view fragment) {
  std::vector<std::string_view> found;
  for (auto name = names.upper_bound(fragment); name != names.end() && name->starts_with(fragment); ++name) {
    found.push_back(*name);
  }
  return found;
}

class CutCheck {
 public:
  explicit CutCheck(const Evidence& evidence)
      : evidence_(evidence), names_(NamedGroups(evidence)), growing_("channel-group-cut", evidence) {}

  void Run(Findings& findings) {
    for (const ChannelRow& row : evidence_.rows().channels()) Take(row);
    if (growing_.empty()) return;
    Finding& finding = growing_.finding();
    finding.failing_routes = failing_.size();
    Conclude(growing_,
             {.severity = failing_.empty() ? Severity::kWarning : Severity::kError,
              .message = Amount(finding.count, "channel has a list of groups", "channels have lists of groups") +
                         " as long as the column, whose last name is the beginning of another group: " + texts_.Text(),
              .why = failing_.empty() ? "no request fails because of it, but the channel is not in the group it was "
                                        "put into"
                                      : PairsFail(failing_) + ": the channel is in a group of the cut name instead",
              .advice = "shorten the names, widen the column, or split the channel; then write the last name in full"},
             findings);
  }

 private:
  void Take(const ChannelRow& row) {
    const std::string_view list = row.groups.value_or({});
    const bool full = std::any_of(std::begin(kColumnWidths), std::end(kColumnWidths),
                                  [&](std::size_t width) { return Characters(list) == width; });
    const ItemList groups = ListedGroups(row, evidence_.policy());
    if (!full || groups.empty()) return;
    const std::string_view fragment = Trim(list.substr(list.rfind(',') + 1));
    const std::vector<std::string_view> completions = Completions(names_, fragment);
    if (fragment.empty() || completions.empty()) return;
    FindingRow where = ChannelWhere(row, "group");
    where.detail = Quoted(fragment) + " is the beginning of " + Quoted(completions.front());
    if (completions.size() > 1) where.detail += " and of " + std::to_string(completions.size() - 1) + " more";
    texts_.Add(ChannelText(row.id, row.name.value_or({})) + ", " + where.detail);
    growing_.Add(std::move(where));
    // Where several are meant perhaps, nobody knows which requests fail.
    if (completions.size() != 1 || !IsEnabled(row)) return;
    const ItemList models = ListedModels(row);
    for (const std::string_view model : models) {
      if (!evidence_.Serves(completions.front(), model)) failing_.insert({completions.front(), model});
    }
  }

  const Evidence& evidence_;
  const std::set<std::string, std::less<>> names_;
  Growing growing_;
  BoundedList texts_{kShown};
  PairSet failing_;
};

void TakeList(const ChannelRow& row, std::string_view column, const TextField& list, Growing& growing) {
  const std::string tidy = Tidy(list.value_or({}));
  if (tidy.empty() || tidy == list.value_or({})) return;
  growing.Add(ChannelWhere(row, column));
  growing.finding().changes.push_back(UpdateOf(SourceTable::kChannels, {{"id", row.id}}, column, ToSql(list), tidy));
}

}  // namespace

void CheckListUntidy(const Evidence& evidence, Findings& findings) {
  Growing growing("list-untidy", evidence);
  for (const ChannelRow& row : evidence.rows().channels()) {
    if (evidence.FindChannel(row.id) != &row) continue;
    TakeList(row, "group", row.groups, growing);
    TakeList(row, "models", row.models, growing);
  }
  if (growing.empty()) return;
  Conclude(
      growing,
      {.severity = Severity::kInfo,
       .message = growing.Amount("list of a channel has", "lists of channels have") + " blanks, repeats or empty items",
       .why = "no request fails because of it here, where lists are trimmed; gateways that only split them look "
              "for names with blanks, and for an empty one",
       .cure = CureClass::kReview,
       .advice = "the cure writes the same list without them"},
      findings);
}

void CheckChannelGroupCut(const Evidence& evidence, Findings& findings) { CutCheck(evidence).Run(findings); }

}  // namespace pointsman::inline v0
