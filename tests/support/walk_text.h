// What a program of walks does, as C++ that can be pasted into a test (walk_printed.h).
#ifndef POINTSMAN_TESTS_SUPPORT_WALK_TEXT_H_
#define POINTSMAN_TESTS_SUPPORT_WALK_TEXT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "pointsman/outcome.h"
#include "pointsman/request.h"
#include "support/naive_candidate.h"

namespace pointsman::testing {

inline std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// JSON on one line.
inline std::string Folded(std::string_view json) {
  std::string text;
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (json[at] != '\n') {
      text += json[at];
    } else {
      at = std::min(json.find_first_not_of(" \n", at), json.size()) - 1;
      text += ' ';
    }
  }
  return text;
}

inline std::string ListText(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + Quoted(name);
  return "{" + text + "}";
}

inline std::string IdsText(const std::set<std::int64_t>& ids) {
  std::string text;
  for (const std::int64_t id : ids) text += (text.empty() ? "" : ", ") + std::to_string(id);
  return "{" + text + "}";
}

inline std::string RequestText(const Request& r, const std::set<std::int64_t>& filtered) {
  std::string text =
      "{.group = " + Quoted(r.group) + ", .user_group = " + Quoted(r.user_group) + ", .model = " + Quoted(r.model);
  if (r.allowed_groups) text += ", .allowed_groups = Names{" + ListText(*r.allowed_groups) + "}";
  if (r.ordered_groups) text += ", .ordered_groups = Names{" + ListText(*r.ordered_groups) + "}";
  if (r.stay_in_group) text += ", .stay_in_group = true";
  if (r.pin) text += ", .pin = " + std::to_string(*r.pin);
  if (r.affinity) text += ", .affinity = " + std::to_string(*r.affinity);
  if (!filtered.empty()) text += ", .filter = Without{" + IdsText(filtered) + "}.filter()";
  return text + "}";
}

inline std::string OutcomeText(const Outcome& o) {
  static constexpr std::string_view kNames[] = {"kSuccess",        "kTransient",         "kRateLimited",
                                                "kQuotaExhausted", "kCredentialRefused", "kModelUnavailable",
                                                "kCallersFault",   "kCancelled"};
  std::string text = "{.kind = OutcomeKind::" + std::string(kNames[static_cast<std::size_t>(o.kind)]);
  if (o.retry_after) text += ", .retry_after = " + std::to_string(o.retry_after->count()) + "ms";
  return text + ", .latency = " + std::to_string(o.latency.count()) + "ns, .tokens = " + std::to_string(o.tokens) + "}";
}

inline std::string CandidateText(const NaiveCandidate& c) {
  return "rows.Add(AbilityRow{.group = " + Quoted(c.group) + ", .model = " + Quoted(c.model) +
         ", .channel_id = " + std::to_string(c.channel) + ", .enabled = " + (c.enabled ? "1" : "0") +
         ", .priority = " + std::to_string(c.priority) + ", .weight = " + std::to_string(c.weight) + "});";
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_WALK_TEXT_H_
