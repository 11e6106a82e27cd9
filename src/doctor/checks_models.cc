// model-unserved, token-limits-empty and token-limits-unserved: models that are listed or promised, and have no route.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "doctor/checks.h"
#include "doctor/token_requests.h"
#include "doctor/variant.h"
#include "doctor/wording.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;

// A model that nobody serves, as far as the rows say why.
struct UnservedModel {
  bool served = false;
  bool off_by_abilities = false;  // an enabled channel lists it: a matter of its abilities
  std::size_t pairs = 0;
  BoundedList channels{3};
  std::int64_t last = -1;
};

std::vector<UnservedModel> LookAtModels(const Evidence& evidence) {
  const TableData& data = evidence.table().data();
  std::vector<UnservedModel> models(data.models.size());
  for (std::uint32_t g = 0; g < data.groups.size(); ++g) {
    for (const ListedRoute& route : data.rows.RoutesOf(g)) {
      ++models[route.model].pairs;
      if (evidence.Serves(data.groups[g], data.models[route.model])) models[route.model].served = true;
    }
  }
  for (const OutRecord& out : data.outs) {
    UnservedModel& model = models[out.model];
    if (out.status != CandidateStatus::kChannelDisabled) model.off_by_abilities = true;
    const ChannelRecord& channel = data.channels[out.channel];
    if (std::exchange(model.last, channel.id) == channel.id) continue;
    model.channels.Add(std::to_string(channel.id));
  }
  return models;
}

}  // namespace

void CheckModelUnserved(const Evidence& evidence, Findings& findings) {
  if (evidence.table().serving_route_count() == 0) return;  // nothing-served
  const TableData& data = evidence.table().data();
  const std::vector<UnservedModel> models = LookAtModels(evidence);
  Growing growing("model-unserved", evidence);
  BoundedList names(kShown);
  for (std::size_t m = 0; m < models.size(); ++m) {
    if (models[m].served || models[m].off_by_abilities || models[m].pairs == 0) continue;
    growing.Add({.table = SourceTable::kChannels,
                 .key = Printable(data.models[m]),
                 .name = std::string(data.models[m]),
                 .column = "models",
                 .detail = "listed by disabled channels only: " + models[m].channels.Text()});
    growing.finding().failing_routes += models[m].pairs;
    names.Add(Quoted(data.models[m]));
  }
  if (growing.empty()) return;
  const Finding& finding = growing.finding();
  Conclude(growing,
           {.severity = Severity::kWarning,
            .message =
                Amount(finding.count, "model is", "models are") + " listed by disabled channels only: " + names.Text(),
            .why = "every request for such a model fails: " +
                   Amount(finding.failing_routes, "(group, model) pair has", "(group, model) pairs have") + " no route",
            .advice = "enable a channel for it, or take it off the lists if it is gone"},
           findings);
}

void CheckTokenLimitsEmpty(const Evidence& evidence, Findings& findings) {
  TokenRequests requests(evidence);
  Growing growing("token-limits-empty", evidence);
  for (const TokenRow& row : evidence.rows().tokens()) {
    if (!IsEnabled(row) || !IsLimited(row) || !SplitList(row.model_limits.value_or({})).empty()) continue;
    growing.Add(TokenWhere(row, "model_limits"));
    if (const auto asker = requests.AskerOf(row)) growing.finding().failing_routes += requests.Models(*asker).size();
  }
  if (growing.empty()) return;
  const Finding& finding = growing.finding();
  Conclude(
      growing,
      {.severity = Severity::kError,
       .message = Amount(finding.count, "enabled token is", "enabled tokens are") +
                  " limited to models, and the list names none",
       .why = "every request of such a token is refused: " +
              Amount(finding.failing_routes, "(token, model) pair", "(token, model) pairs") + " that its group serves",
       .advice = "name the models that it may call, or switch its model limits off"},
      findings);
}

void CheckTokenLimitsUnserved(const Evidence& evidence, Findings& findings) {
  TokenRequests requests(evidence);
  Growing growing("token-limits-unserved", evidence);
  BoundedList examples(kShown);
  for (const TokenRow& row : evidence.rows().tokens()) {
    if (!IsEnabled(row) || !IsLimited(row)) continue;
    const auto asker = requests.AskerOf(row);
    if (!asker.has_value() || !requests.ServesAny(*asker)) continue;  // the group's own finding
    BoundedList unserved(kShown);
    std::size_t count = 0;
    for (const std::string_view model : SplitList(row.model_limits.value_or({}))) {
      if (evidence.Serves(*asker, model)) continue;
      ++count;
      unserved.Add(Quoted(model));
    }
    if (count == 0) continue;
    FindingRow where = TokenWhere(row, "model_limits");
    where.detail = "no route in group " + Quoted(asker->group) + ": " + unserved.Text();
    examples.Add("token " + std::to_string(row.id) + ", " + where.detail);
    growing.Add(std::move(where));
    growing.finding().failing_routes += count;
  }
  if (growing.empty()) return;
  const Finding& finding = growing.finding();
  Conclude(growing,
           {.severity = Severity::kWarning,
            .message = Amount(finding.count, "enabled token is", "enabled tokens are") +
                       " limited to models that have no route for it: " + examples.Text(),
            .why = Amount(finding.failing_routes, "(token, model) pair fails", "(token, model) pairs fail") +
                   " although the token may call the model",
            .advice = "take the model off the token's list, or enable a channel for it in that group"},
           findings);
}

}  // namespace pointsman::inline v0
