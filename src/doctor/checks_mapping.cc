// model-mapping-malformed, model-mapping-cycle and model-mapping-unlisted: what a channel makes of a model's name after
// it was selected. Gateways fail a request whose mapping they cannot follow, whatever the route.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "doctor/checks.h"
#include "doctor/variant.h"
#include "doctor/wording.h"
#include "rows/json_cell.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;

using Mapping = std::map<std::string, std::string, std::less<>>;

// Nothing where the text is no object of texts; an empty one where there is no mapping.
std::optional<Mapping> ReadMapping(std::string_view text) {
  Mapping mapping;
  JsonCell cell(text);
  if (cell.AtEnd() || (cell.TakeWord("null") && cell.AtEnd())) return mapping;
  const auto take = [&](const std::string& name) {
    std::string& upstream = mapping[name];
    upstream.clear();
    return cell.ReadString(upstream);
  };
  return cell.ReadObject(take) && cell.AtEnd() ? std::optional(std::move(mapping)) : std::nullopt;
}

// The names from which following the mapping never ends. A name that maps to itself is the end.
std::set<std::string_view> Endless(const Mapping& mapping) {
  std::set<std::string_view> endless;
  for (const auto& [start, unused] : mapping) {
    std::set<std::string_view> seen;
    for (auto at = mapping.find(start); at != mapping.end() && at->second != at->first; at = mapping.find(at->second)) {
      if (seen.insert(at->first).second && !endless.contains(at->first)) continue;
      endless.insert(start);
      break;
    }
  }
  return endless;
}

// Calls visit(row, its mapping, or nothing where it is malformed) for every channel that has one.
template <class Visit>
void ForEachMapping(const Evidence& evidence, const Visit& visit) {
  for (const ChannelRow& row : evidence.rows().channels()) {
    if (!row.model_mapping.has_value() || evidence.FindChannel(row.id) != &row) continue;
    const std::optional<Mapping> mapping = ReadMapping(row.model_mapping.value());
    if (!mapping.has_value() || !mapping->empty()) visit(row, mapping);
  }
}

std::string WhoElse(const PairSet& failing) {
  return failing.empty() ? "no pair has these channels alone, so another attempt may succeed" : PairsFail(failing);
}

// Of mappings that gateways fail requests for; `why` says which.
void ConcludeFailing(Growing& growing, const PairSet& failing, std::string message, const std::string& why,
                     std::string advice, Findings& findings) {
  growing.finding().failing_routes = failing.size();
  Conclude(growing,
           {.severity = failing.empty() ? Severity::kWarning : Severity::kError,
            .message = std::move(message),
            .why = "gateways fail each request " + why + "; " + WhoElse(failing),
            .advice = std::move(advice)},
           findings);
}

}  // namespace

void CheckModelMappingMalformed(const Evidence& evidence, Findings& findings) {
  Growing growing("model-mapping-malformed", evidence);
  BoundedList names(kShown);
  ChannelIds channels;
  ForEachMapping(evidence, [&](const ChannelRow& row, const std::optional<Mapping>& mapping) {
    if (mapping.has_value()) return;
    growing.Add(ChannelWhere(row, "model_mapping"));
    names.Add(ChannelText(row.id, row.name.value_or({})));
    if (IsEnabled(row)) channels.insert(row.id);
  });
  if (growing.empty()) return;
  ConcludeFailing(growing, PairsServedOnlyBy(evidence, channels),
                  "the model mapping of " + growing.Amount("channel is", "channels is") +
                      " no JSON object of names: " + names.Text(),
                  "that draws such a channel",
                  "write an object such as {\"public-name\": \"upstream-name\"}, or empty it", findings);
}

void CheckModelMappingCycle(const Evidence& evidence, Findings& findings) {
  Growing growing("model-mapping-cycle", evidence);
  BoundedList texts(kShown);
  ChannelIds channels;
  std::set<std::string, std::less<>> models;
  ForEachMapping(evidence, [&](const ChannelRow& row, const std::optional<Mapping>& mapping) {
    if (!mapping.has_value()) return;
    const std::set<std::string_view> endless = Endless(*mapping);
    if (endless.empty()) return;
    FindingRow where = ChannelWhere(row, "model_mapping");
    where.detail = "the mapping of " + Quoted(*endless.begin()) + " never ends";
    texts.Add(ChannelText(row.id, row.name.value_or({})) + ", " + where.detail);
    growing.Add(std::move(where));
    if (!IsEnabled(row)) return;
    channels.insert(row.id);
    models.insert(endless.begin(), endless.end());
  });
  if (growing.empty()) return;
  PairSet failing = PairsServedOnlyBy(evidence, channels);
  absl::erase_if(failing, [&](const GroupAndModel& pair) { return !models.contains(pair.second); });
  ConcludeFailing(
      growing, failing, growing.Amount("channel maps", "channels map") + " models in a cycle: " + texts.Text(),
      "for such a model that draws the channel", "let the last name of the chain be the upstream's own", findings);
}

void CheckModelMappingUnlisted(const Evidence& evidence, Findings& findings) {
  Growing growing("model-mapping-unlisted", evidence);
  BoundedList texts(kShown);
  PairSet failing;
  std::set<std::string, std::less<>> kept;  // what `failing` views
  ForEachMapping(evidence, [&](const ChannelRow& row, const std::optional<Mapping>& mapping) {
    if (!mapping.has_value() || row.models.is_absent()) return;
    const ItemList models = ListedModels(row);
    BoundedList names(kShown);
    bool any = false;
    for (const auto& [name, upstream] : *mapping) {
      const bool is_step = std::any_of(mapping->begin(), mapping->end(),
                                       [&, &own = name](const auto& entry) { return entry.second == own; });
      if (is_step || std::find(models.begin(), models.end(), name) != models.end()) continue;
      any = true;
      names.Add(Quoted(name));
      if (!IsEnabled(row)) continue;
      const std::string_view model = *kept.insert(name).first;
      for (const std::string_view group : ListedGroups(row, evidence.policy())) {
        if (!evidence.Serves(group, model)) failing.insert({group, model});
      }
    }
    if (!any) return;
    FindingRow where = ChannelWhere(row, "model_mapping");
    where.detail = "maps what it does not list: " + names.Text();
    texts.Add(ChannelText(row.id, row.name.value_or({})) + " " + where.detail);
    growing.Add(std::move(where));
  });
  if (growing.empty()) return;
  growing.finding().failing_routes = failing.size();
  Conclude(
      growing,
      {.severity = Severity::kInfo,
       .message = growing.Amount("channel maps", "channels map") + " models that they do not list: " + texts.Text(),
       .why = failing.empty() ? "no request fails because of it: such a mapping is never used"
                              : "such a mapping is never used; " + PairsFail(failing),
       .advice = "add the name to the channel's models if it is to be served, else take it out of the mapping"},
      findings);
}

}  // namespace pointsman::inline v0
