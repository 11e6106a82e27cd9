// Instructions by callgrind: instruction_probe is run twice, and once more twice with an empty loop. Our own are
// counted with several seeds of the hash, and the worst is taken: a name that meets others on its way takes more.
#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "ratios/rows.h"

namespace pointsman::bench {
namespace {

constexpr std::size_t kFewCalls = 1000;
constexpr std::size_t kManyCalls = 9000;
constexpr std::array kSeeds = {"1", "2", "3", "4", "5", "6", "7", "8"};

// All instructions of one run of the probe.
std::optional<double> Instructions(const std::string& who, std::size_t calls, const std::string& seed) {
  const std::string command = std::string("valgrind --tool=callgrind --callgrind-out-file=/dev/null '") +
                              POINTSMAN_INSTRUCTION_PROBE + "' " + who + " " + std::to_string(calls) + " " + seed +
                              " 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::optional<double> total;
  std::array<char, 512> line;
  while (std::fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr) {
    const std::string text(line.data());
    const std::size_t at = text.find("Collected : ");
    if (at != std::string::npos) total = std::stod(text.substr(at + 12));
  }
  return pclose(pipe) == 0 ? total : std::nullopt;
}

std::optional<double> PerCall(const std::string& who, const std::string& seed = "1") {
  const std::optional<double> few = Instructions(who, kFewCalls, seed);
  const std::optional<double> many = Instructions(who, kManyCalls, seed);
  if (!few || !many) return std::nullopt;
  return (*many - *few) / static_cast<double>(kManyCalls - kFewCalls);
}

std::optional<double> WorstPerCall(const std::string& who) {
  std::optional<double> worst;
  for (const char* seed : kSeeds) {
    const std::optional<double> one = PerCall(who, seed);
    if (!one) return std::nullopt;
    worst = std::max(worst.value_or(0), *one);
  }
  return worst;
}

}  // namespace

bool MeasureInstructions(RatioTable& table) {
  std::fprintf(stderr, "instructions, by callgrind\n");
  const std::optional<double> harness = PerCall("empty");
  if (!harness) {
    std::fprintf(stderr, "  not counted: valgrind is missing or failed\n");
    return false;
  }
  const auto set = [&](std::string_view row, const std::optional<double>& with, std::string remark) {
    if (with) table.Set(row, *with - *harness, std::move(remark));
    return with.has_value();
  };
  const std::string seeds = "the worst of " + std::to_string(kSeeds.size()) + " seeds";
  const bool ours = set("instructions_per_select", WorstPerCall("select"), seeds);
  const bool gateway = set("instructions_gateway", PerCall("gateway"), {});
  const bool ordinary = set("instructions_ordinary", PerCall("ordinary"), {});
  if (const std::optional<double> brief = WorstPerCall("short")) {
    std::fprintf(stderr, "  with short names: %.0f\n", *brief - *harness);
  }
  if (const std::optional<double> handles = PerCall("handles")) {
    std::fprintf(stderr, "  by two handles: %.0f\n", *handles - *harness);
  }
  return ours && gateway && ordinary;
}

}  // namespace pointsman::bench
