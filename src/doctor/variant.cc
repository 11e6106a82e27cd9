#include "doctor/variant.h"

#include <algorithm>
#include <utility>

#include "doctor/wording.h"

namespace pointsman::inline v0 {

Variant::Variant(const Evidence& evidence, const Change& change, const Policy& policy) {
  Rows rows;
  for (ChannelRow row : evidence.rows().channels()) {
    change(row);
    (void)rows.Add(row);
  }
  for (const AbilityRow& row : evidence.rows().abilities()) (void)rows.Add(row);
  for (const std::string_view group : evidence.rows().known_groups()) rows.KnowGroup(group);
  if (evidence.believes_abilities()) rows.BelieveAbilities();
  absl::StatusOr<Compiled> compiled = Compile(rows, policy);
  if (!compiled.ok()) return;
  compiled_ = *std::move(compiled);
  intact_.emplace(*compiled_.table);
}

bool Variant::Serves(std::string_view group, std::string_view model) const {
  return intact_.has_value() && intact_->Serves({.group = group, .user_group = group, .model = model});
}

PairSet PairsServedOnlyBy(const Evidence& evidence, const ChannelIds& channels) {
  if (channels.empty()) return {};
  const Variant without(evidence, [&](ChannelRow& row) {
    if (channels.contains(row.id)) row.status = 2;
  });
  return PairsLost(evidence, evidence, without);
}

std::string PairsFail(const PairSet& pairs) {
  if (pairs.empty()) return "no request fails because of it";
  const GroupAndModel& first = *std::min_element(pairs.begin(), pairs.end());
  return Amount(pairs.size(), "(group, model) pair has", "(group, model) pairs have") +
         " no route because of it, e.g. " + PairText(first.first, first.second);
}

}  // namespace pointsman::inline v0
