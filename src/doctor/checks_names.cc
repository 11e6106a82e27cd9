// name-near-duplicate: names that differ only in case or surrounding blanks. Names mean themselves, so these are two,
// and whoever writes the other one gets nothing.
#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/checks.h"
#include "doctor/variant.h"
#include "doctor/wording.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;

using Spellings = std::vector<std::vector<std::string_view>>;

// Names of which there are several spellings, each list in byte order.
Spellings NearDuplicates(const Evidence& evidence, const std::vector<std::string_view>& names) {
  std::map<std::string, std::vector<std::string_view>> by_fold;
  for (const std::string_view name : names) by_fold[Folded(name)].push_back(name);
  Spellings found;
  for (auto& [fold, spellings] : by_fold) {
    if (spellings.size() > 1 && evidence.AnyOfInterestLists(spellings)) found.push_back(std::move(spellings));
  }
  return found;
}

// Pairs that fail although another spelling of the group is served.
PairSet FailingByGroup(const Evidence& evidence, const Spellings& groups) {
  PairSet failing;
  for (const auto& spellings : groups) {
    for (const std::string_view served : spellings) {
      for (const std::string_view model : evidence.ServedModels(served)) {
        for (const std::string_view group : spellings) {
          if (!evidence.Serves(group, model)) failing.insert({group, model});
        }
      }
    }
  }
  return failing;
}

// The same for models.
PairSet FailingByModel(const Evidence& evidence, const Spellings& models) {
  PairSet failing;
  for (const std::string_view group : evidence.table().groups()) {
    for (const auto& spellings : models) {
      const auto served = [&](std::string_view model) { return evidence.Serves(group, model); };
      if (std::none_of(spellings.begin(), spellings.end(), served)) continue;
      for (const std::string_view model : spellings) {
        if (!served(model)) failing.insert({group, model});
      }
    }
  }
  return failing;
}

std::string SpellingsText(const std::vector<std::string_view>& spellings) {
  std::string text;
  for (const std::string_view name : spellings) text += (text.empty() ? "" : " and ") + Quoted(name);
  return text;
}

void Report(const Evidence& evidence, const Spellings& names, std::string_view column, const PairSet& failing,
            Findings& findings) {
  if (names.empty()) return;
  Growing growing("name-near-duplicate", evidence);
  const SourceTable table = evidence.believes_abilities() ? SourceTable::kAbilities : SourceTable::kChannels;
  BoundedList texts(kShown);
  for (const auto& spellings : names) {
    growing.Add({.table = table,
                 .key = Printable(spellings.front()),
                 .name = std::string(spellings.front()),
                 .column = std::string(column),
                 .detail = SpellingsText(spellings)});
    texts.Add(SpellingsText(spellings));
  }
  Finding& finding = growing.finding();
  finding.failing_routes = failing.size();
  Conclude(growing,
           {.severity = Severity::kWarning,
            .message = Amount(finding.count, std::string(column) + " is", std::string(column) + "s are") +
                       " spelled in ways that differ only in case or blanks: " + texts.Text(),
            .why = failing.empty()
                       ? "no request fails because of it, but each spelling has channels of its own"
                       : PairsFail(failing) + ", while another spelling of the " + std::string(column) + " is served",
            .advice = "choose one spelling and write it everywhere, or make the others aliases in the policy"},
           findings);
}

}  // namespace

void CheckNameNearDuplicate(const Evidence& evidence, Findings& findings) {
  const Spellings groups = NearDuplicates(evidence, evidence.table().groups());
  Report(evidence, groups, "group", FailingByGroup(evidence, groups), findings);
  const Spellings models = NearDuplicates(evidence, evidence.table().models());
  Report(evidence, models, "model", FailingByModel(evidence, models), findings);
}

}  // namespace pointsman::inline v0
