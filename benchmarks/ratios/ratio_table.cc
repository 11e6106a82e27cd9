#include "ratios/ratio_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

namespace pointsman::bench {
namespace {

constexpr Gate AtLeast(std::string_view name, double low) { return {.name = name, .low = low}; }
constexpr Gate AtMost(std::string_view name, double high) { return {.name = name, .high = high}; }
constexpr Gate NoGate(std::string_view name) { return {.name = name}; }

// clang-format off: one a line
constexpr std::array kGates = {
    AtMost("instructions_per_select", 300),
    Gate{"instructions_gateway", 1700, 2350},
    Gate{"instructions_ordinary", 430, 600},
    AtLeast("select_vs_gateway_5", 7),
    AtLeast("select_vs_ordinary_5", 2.2),
    NoGate("select_vs_ordinary_5_short_names"),
    AtLeast("select_vs_gateway_1000", 250),
    AtLeast("select_vs_ordinary_1000", 4),
    AtLeast("random_vs_gateway_shared", 12),
    AtLeast("random_vs_ordinary_shared", 6),
    AtLeast("random_vs_gateway_distinct", 4),
    AtLeast("random_vs_ordinary_distinct", 2),
    AtLeast("handles_vs_ordinary_5", 5),
    AtLeast("half_down_vs_gateway_10", 3),
    AtLeast("publish_vs_ordinary_2t", 3),
    AtMost("publish_disturbance", 1.3),
    AtMost("allocations_per_select", 0),
    AtMost("bytes_per_ability_distinct", 12),
    AtMost("bytes_per_ability_shared", 2),
    AtLeast("compile_vs_ordinary_distinct", 4),
    AtLeast("compile_vs_ordinary_shared", 10),
    NoGate("compile_vs_ordinary_distinct_sorted"),
    NoGate("compile_vs_ordinary_shared_sorted"),
    AtLeast("patch_vs_ordinary_rebuild", 500),
    NoGate("report_ns"),
    NoGate("weighted_random_5_ns"),
    NoGate("weighted_random_1000_ns"),
    NoGate("smooth_round_robin_5_ns"),
    NoGate("smooth_round_robin_1000_ns"),
    NoGate("least_in_flight_5_ns"),
    NoGate("least_in_flight_1000_ns"),
    NoGate("lowest_latency_5_ns"),
    NoGate("lowest_latency_1000_ns"),
    NoGate("affinity_5_ns"),
    NoGate("affinity_1000_ns"),
    NoGate("affinity_by_halves_5_ns"),
    NoGate("affinity_by_halves_1000_ns"),
};
// clang-format on

template <class... Args>
std::string Format(const char* format, Args... args) {
  std::string text(static_cast<std::size_t>(std::snprintf(nullptr, 0, format, args...)) + 1, '\0');
  std::snprintf(text.data(), text.size(), format, args...);
  text.pop_back();
  return text;
}

// Three significant digits, without an exponent.
std::string Number(double value) {
  const double size = std::abs(value);
  return Format("%.*f", size >= 100 || value == 0 ? 0 : size >= 10 ? 1 : 2, value);
}

std::string Time(double ns) { return ns < 1e5 ? Number(ns) + " ns" : Number(ns / 1e6) + " ms"; }

}  // namespace

std::string Gate::Text() const {
  if (free()) return "-";
  if (std::isinf(high)) return Format(">= %g", low);
  if (std::isinf(low)) return Format("<= %g", high);
  return Format("%g..%g", low, high);
}

RatioTable::RatioTable(Rows rows) {
  for (const Gate& gate : kGates) {
    if (rows == Rows::kAll || gate.name.starts_with("instructions_")) rows_.push_back({.gate = gate});
  }
}

std::string_view RatioTable::Row::verdict() const {
  if (!value) return "not built";
  if (gate.free()) return "-";
  return gate.Allows(*value) ? "ok" : "missed";
}

RatioTable::Row& RatioTable::Find(std::string_view name) {
  const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Row& r) { return r.gate.name == name; });
  if (row == rows_.end()) std::abort();
  return *row;
}

void RatioTable::Set(std::string_view name, double value, std::string remark) {
  Row& row = Find(name);
  row.value = value;
  row.remark = std::move(remark);
}

void RatioTable::Set(std::string_view name, const PairedResult& result, std::string_view more) {
  Row& row = Find(name);
  row.value = result.ratio;
  row.paired = result;
  row.remark = Time(result.ours_ns) + " against " + Time(result.theirs_ns) + "; quartiles " + Number(result.ratio_q1) +
               " to " + Number(result.ratio_q3) + std::string(more.empty() ? "" : "; ") + std::string(more);
}

bool RatioTable::Holds(std::string_view name) const {
  return std::any_of(rows_.begin(), rows_.end(),
                     [&](const Row& r) { return r.gate.name == name && r.value && r.gate.Allows(*r.value); });
}

std::string RatioTable::Text() const {
  std::string text = Format("%-35s %9s  %-11s %-10s %s\n", "name", "value", "must be", "verdict", "measured");
  for (const Row& row : rows_) {
    text += Format("%-35s %9s  %-11s %-10s %s\n", std::string(row.gate.name).c_str(),
                   row.value ? Number(*row.value).c_str() : "-", row.gate.Text().c_str(),
                   std::string(row.verdict()).c_str(), row.remark.c_str());
  }
  while (text.find(" \n") != std::string::npos) text.erase(text.find(" \n"), 1);
  return text + Conditions() + "\n";
}

std::string RatioTable::Json() const {
  std::string values;
  std::string details;
  for (const Row& row : rows_) {
    const std::string name(row.gate.name);
    values += Format("  \"%s\": %s,\n", name.c_str(), row.value ? Format("%.6g", *row.value).c_str() : "null");
    details += Format("%s\n    \"%s\": {\"must_be\": \"%s\", \"verdict\": \"%s\"", details.empty() ? "" : ",",
                      name.c_str(), row.gate.Text().c_str(), std::string(row.verdict()).c_str());
    if (row.paired) {
      const PairedResult& p = *row.paired;
      details += Format(
          ", \"q1\": %.6g, \"q3\": %.6g, \"ours_ns\": %.6g, \"theirs_ns\": %.6g, \"ours_min_ns\": %.6g, "
          "\"theirs_min_ns\": %.6g, \"pairs\": %zu, \"discarded\": %zu",
          p.ratio_q1, p.ratio_q3, p.ours_ns, p.theirs_ns, p.ours_min_ns, p.theirs_min_ns, p.pairs, p.discarded);
    }
    details += "}";
  }
  return "{\n" + values + "  \"details\": {" + details + "\n  },\n  \"conditions\": \"" + Conditions() + "\"\n}\n";
}

std::string Conditions() {
#ifdef __clang__
  const char* compiler = "clang " __clang_version__;
#else
  const char* compiler = "g++ " __VERSION__;
#endif
  return Format("%u hardware threads; %s; %s; commit %s", std::thread::hardware_concurrency(), compiler,
                POINTSMAN_BENCHMARK_FLAGS, POINTSMAN_BENCHMARK_COMMIT);
}

}  // namespace pointsman::bench
