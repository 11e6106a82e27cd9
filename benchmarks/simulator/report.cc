#include "simulator/report.h"

#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string_view>

namespace pointsman::bench {
namespace {

// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string Format(const char* format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

std::string OrDash(std::optional<double> value, int decimals, double scale = 1) {
  return value.has_value() ? Format("%.*f", decimals, *value * scale) : "-";
}

std::string OrNull(std::optional<double> value) { return value.has_value() ? Format("%.6g", *value) : "null"; }

std::string Join(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : std::string(between)) + part;
  return text;
}

std::string Object(const Measures& m) {
  const std::vector<std::string> fields = {
      Format("\"failed_share\": %.6g", m.failed_share),
      Format("\"failed_share_in_trouble\": %.6g", m.failed_share_in_trouble),
      Format("\"attempts_per_request\": %.6g", m.attempts_per_request),
      Format("\"mean_seconds\": %.6g", m.mean_seconds),
      Format("\"median_seconds\": %.6g", m.median_seconds),
      Format("\"p99_seconds\": %.6g", m.p99_seconds),
      "\"unfairness\": " + OrNull(m.unfairness),
      "\"clump\": " + OrNull(m.clump),
      Format("\"failed_attempts\": %lld", static_cast<long long>(m.failed_attempts)),
      Format("\"attempts_into_trouble\": %lld", static_cast<long long>(m.attempts_into_trouble)),
      Format("\"degraded\": %lld", static_cast<long long>(m.degraded)),
      "\"spike_1s\": " + OrNull(m.spike_1s),
      "\"spike_5s\": " + OrNull(m.spike_5s),
      "\"full_after\": " + OrNull(m.full_after),
      Format("\"in_flight_at_end\": %lld", static_cast<long long>(m.in_flight_at_end)),
  };
  return "{" + Join(fields, ", ") + "}";
}

std::string Quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

std::string Numbers(const std::vector<std::int64_t>& numbers) {
  std::vector<std::string> texts;
  for (const std::int64_t n : numbers) texts.push_back(std::to_string(n));
  return "[" + Join(texts, ",") + "]";
}

}  // namespace

std::string Text(const ScenarioReport& report) {
  std::string text =
      std::string(report.scenario->name) + ": " + std::string(report.scenario->what) + "\n" +
      Format("  %-13s %8s %8s %7s %7s %7s %7s %8s %6s %8s %8s %6s %6s %7s\n", "", "failed", "troubled", "tries",
             "mean s", "p50 s", "p99 s", "unfair %", "clump", "into", "in vain", "1 s", "5 s", "full s");
  for (const ScenarioReport::Row& row : report.rows) {
    const Measures& m = row.measures;
    text += Format("  %-13s %7.3f%% %7.3f%% %7.3f %7.2f %7.2f %7.2f %8s %6s %8lld %8lld %6s %6s %7s\n",
                   std::string(row.contender->name).c_str(), 100 * m.failed_share, 100 * m.failed_share_in_trouble,
                   m.attempts_per_request, m.mean_seconds, m.median_seconds, m.p99_seconds,
                   OrDash(m.unfairness, 2, 100).c_str(), OrDash(m.clump, 2).c_str(),
                   static_cast<long long>(m.attempts_into_trouble), static_cast<long long>(m.failed_attempts),
                   OrDash(m.spike_1s, 2).c_str(), OrDash(m.spike_5s, 2).c_str(), OrDash(m.full_after, 0).c_str());
  }
  return text;
}

std::string Json(const std::vector<ScenarioReport>& reports, const RunOptions& options) {
  std::vector<std::string> scenarios;
  for (const ScenarioReport& report : reports) {
    std::vector<std::string> rows;
    for (const ScenarioReport::Row& row : report.rows) {
      rows.push_back("      " + Quoted(row.contender->name) + ": " + Object(row.measures));
    }
    scenarios.push_back("    " + Quoted(report.scenario->name) + ": {\n" + Join(rows, ",\n") + "\n    }");
  }
  return Format("{\n  \"seed\": %llu,\n  \"requests_per_second\": %.6g,\n  \"scenarios\": {\n",
                static_cast<unsigned long long>(options.seed), options.requests_per_second) +
         Join(scenarios, ",\n") + "\n  }\n}\n";
}

std::string TrafficJson(const Scenario& scenario, const std::vector<Traffic>& traffic) {
  std::vector<std::int64_t> trouble;
  for (int second = 0; second < static_cast<int>(scenario.lasts); ++second) {
    if (scenario.InTrouble(second)) trouble.push_back(second);
  }
  std::vector<std::string> contenders;
  for (const Traffic& t : traffic) {
    std::vector<std::string> seconds;
    for (const std::vector<std::int64_t>& second : t.trace.attempts) seconds.push_back(Numbers(second));
    contenders.push_back("    " + Quoted(t.contender->name) + ": [" + Join(seconds, ",") + "]");
  }
  return "{\n  \"scenario\": " + Quoted(scenario.name) + ",\n  \"what\": " + Quoted(scenario.what) +
         Format(",\n  \"lasts\": %.6g,\n  \"trouble\": ", scenario.lasts) + Numbers(trouble) +
         ",\n  \"contenders\": {\n" + Join(contenders, ",\n") + "\n  }\n}\n";
}

}  // namespace pointsman::bench
