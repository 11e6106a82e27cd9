#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/diff_output.h"
#include "cli/print_json.h"
#include "cli/watch_output.h"

namespace pointsman::cli {
namespace {

using Json = nlohmann::ordered_json;

Json SideJson(const RouteSide& side) {
  if (side.reason != Reason::kNone) return {{"served", false}, {"reason", ReasonName(side.reason)}};
  return {{"served", true},
          {"group", side.group},
          {"model", side.model},
          {"rule", MatchRuleName(side.rule)},
          {"channels", side.channels}};
}

Json RoutesJson(const std::vector<RouteDiff>& routes) {
  Json list = Json::array();
  for (const RouteDiff& r : routes) {
    list.push_back(
        {{"group", r.group}, {"model", r.model}, {"before", SideJson(r.before)}, {"after", SideJson(r.after)}});
  }
  return list;
}

Json ChangedJson(const Diff& diff) {
  Json list = Json::array();
  for (const RouteDiff& r : diff.changed) {
    for (const ShareMove& m : r.moved) {
      list.push_back({{"group", r.group},
                      {"model", r.model},
                      {"channel_id", m.channel_id},
                      {"before", m.before.value()},
                      {"after", m.after.value()},
                      {"before_exact", m.before.Text()},
                      {"after_exact", m.after.Text()}});
    }
  }
  return list;
}

// The changed routes that `holds`, with `value` of each side.
template <class Holds, class Value>
Json Some(const Diff& diff, Holds holds, Value value) {
  Json list = Json::array();
  for (const RouteDiff& r : diff.changed) {
    if (!holds(r)) continue;
    list.push_back({{"group", r.group}, {"model", r.model}, {"before", value(r.before)}, {"after", value(r.after)}});
  }
  return list;
}

Json TokensJson(const Diff& diff) {
  Json list = Json::array();
  for (const TokenDiff& t : diff.tokens) {
    list.push_back({{"id", t.id},
                    {"name", t.name},
                    {"gained", t.gained},
                    {"lost", t.lost},
                    {"gained_total", t.gained_total},
                    {"lost_total", t.lost_total},
                    {"was_there", t.was_there},
                    {"is_there", t.is_there},
                    {"refusal_before", CallerRefusalName(t.before)},
                    {"refusal_after", CallerRefusalName(t.after)}});
  }
  return list;
}

Json DocumentJson(const DiffDocument& document) {
  const Diff& d = document.diff;
  return {{"ok", d.ok()},
          {"lost", RoutesJson(d.lost)},
          {"gained", RoutesJson(d.gained)},
          {"changed", ChangedJson(d)},
          {"other_group",
           Some(
               d, [](const RouteDiff& r) { return r.changes_group(); }, [](const RouteSide& s) { return s.group; })},
          {"lost_backups",
           Some(
               d, [](const RouteDiff& r) { return r.loses_backups(); }, [](const RouteSide& s) { return s.channels; })},
          {"tokens", TokensJson(d)},
          {"tokens_compared", document.has_tokens},
          {"later_only", d.later_only},
          {"summary", d.Summary()},
          {"served_before", d.served_before},
          {"served_after", d.served_after},
          {"before", {{"source", document.before}, {"content_hash", d.before_hash}}},
          {"after", {{"source", document.after}, {"content_hash", d.after_hash}}}};
}

}  // namespace

void PrintDiffJson(const DiffDocument& document) { PrintJson(std::cout, DocumentJson(document)); }

void PrintWatchJson(const WatchEvent& event) {
  Json json = {{"event", event.event}, {"time", UtcNow()}, {"message", event.message}};
  if (event.generation != 0) json["generation"] = event.generation;
  if (event.document != nullptr) json.update(DocumentJson(*event.document));
  PrintJson(std::cout, json);
}

}  // namespace pointsman::cli
