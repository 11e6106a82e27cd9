#include "simulator/returns.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <optional>

#include "simulator/measures.h"

namespace pointsman::bench {
namespace {

std::string Columns(const Returns& r) {
  char text[96];
  const bool ever = r.never < r.outages;
  std::snprintf(text, sizeof text, ever ? " %6.0f %6.0f" : "      -      -", r.mean_seconds, r.worst_seconds);
  std::string columns = text;
  std::snprintf(text, sizeof text, " %3d/%d %6lld", r.never, r.outages,
                static_cast<long long>(r.attempts_into_trouble));
  return columns + text;
}

std::string Padded(std::string_view name) {
  std::string text = "  " + std::string(name);
  text.resize(std::max<std::size_t>(text.size(), 15), ' ');
  return text;
}

}  // namespace

Returns MeasureReturns(const Contender& contender, double background_errors, const RunOptions& options) {
  Returns returns{.contender = &contender};
  for (int seconds = 30; seconds <= 600; seconds += 30) {
    const Scenario scenario = OutageOf(seconds, background_errors);
    const Measures measures = Measure(scenario, Simulate(scenario, contender, options));
    ++returns.outages;
    returns.attempts_into_trouble += measures.attempts_into_trouble;
    if (!measures.full_after.has_value()) {
      ++returns.never;
      continue;
    }
    returns.mean_seconds += *measures.full_after;
    returns.worst_seconds = std::max(returns.worst_seconds, *measures.full_after);
  }
  if (returns.outages > returns.never) returns.mean_seconds /= returns.outages - returns.never;
  return returns;
}

std::string Text(const std::vector<Returns>& quiet, const std::vector<Returns>& noisy) {
  std::string text =
      "seconds until a channel has its share again, after outages of 30, 60, ... 600 s\n"
      "                 nothing else fails              1 % of all requests fails\n"
      "                   mean  worst never   into    mean  worst never   into\n";
  for (std::size_t i = 0; i < quiet.size(); ++i) {
    text += Padded(quiet[i].contender->name) + Columns(quiet[i]) + " " + Columns(noisy[i]) + "\n";
  }
  return text;
}

}  // namespace pointsman::bench
