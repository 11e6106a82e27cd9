// MatchModel: the listed model that serves a requested one in a group: the name itself, else what the model rules say.
//
//   const ModelMatch match = MatchModel(data, group, request.model);
//   if (match.reason == Reason::kNone) Draw(match.first);
//
// Thread safety: thread-safe (pure functions over an immutable table). No allocation.
// Cost: two lookups where the name itself serves; else those of ModelMatcher.
#ifndef POINTSMAN_SRC_SELECT_MODEL_MATCH_H_
#define POINTSMAN_SRC_SELECT_MODEL_MATCH_H_

#include <cstdint>
#include <string_view>

#include "pointsman/model_rules.h"
#include "pointsman/selection.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

struct ModelMatch {
  std::uint32_t model = kNoIndex;  // as listed; without a candidate the first that is listed at all
  MatchRule rule = MatchRule::kExact;
  TierRef first = kNotListed;
  Reason reason = Reason::kNone;
};

// REQUIRES: `group` is a group of the table, or kNoIndex.
inline ModelMatch MatchModel(const TableData& data, std::uint32_t group, std::string_view name) noexcept {
  ModelMatch match{.reason = Reason::kNoSuchModel};
  const auto try_model = [&](std::uint32_t model, MatchRule rule) {
    const TierRef first = group == kNoIndex ? kNotListed : data.rows.Find(group, model);
    if (first >= kFirstBlock) {
      match = {.model = model, .rule = rule, .first = first};
      return true;
    }
    if (match.reason == Reason::kNoSuchModel) match.reason = Reason::kModelNotInGroup;
    if (first == kAllOut && match.reason != Reason::kAllDisabled) {
      match = {.model = model, .rule = rule, .first = first, .reason = Reason::kAllDisabled};
    }
    return false;
  };
  const std::uint32_t exact = data.model_table.Find(name);
  if (exact != kNoIndex && try_model(exact, MatchRule::kExact)) return match;
  if (!data.matcher->empty()) data.matcher->ForEachAfterExact(name, try_model);
  return match;
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_MODEL_MATCH_H_
