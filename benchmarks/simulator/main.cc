// simulator [--seed N] [--rate R] [--scenario NAME]... [--contender NAME]... [--json | --traffic | --returns | --list]:
// scenarios played to the ways to choose channels.
//
//   --seed       1 unless told; equal seeds give equal bytes
//   --rate       requests per second, 100 unless told
//   --scenario   this one only; may be repeated. Likewise --contender
//   --json       all figures as one JSON object
//   --traffic    attempts per second and channel of one scenario, for plot.py
//   --returns    instead of scenarios: how soon a channel has its share again, after outages of many lengths
//   --list       the names and what they mean
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "simulator/report.h"
#include "simulator/returns.h"

namespace {

using namespace pointsman::bench;

struct Arguments {
  RunOptions run;
  std::vector<const Scenario*> scenarios;
  std::vector<const Contender*> contenders;
  bool json = false;
  bool traffic = false;
  bool returns = false;
  bool list = false;
};

template <class Number>
bool ParseNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > Number{};
}

template <class Named>
bool Append(std::vector<const Named*>& list, const Named* found) {
  if (found != nullptr) list.push_back(found);
  return found != nullptr;
}

bool ParseValue(std::string_view word, std::string_view value, Arguments& arguments) {
  if (word == "--seed") return ParseNumber(value, arguments.run.seed);
  if (word == "--rate") return ParseNumber(value, arguments.run.requests_per_second);
  if (word == "--scenario") return Append(arguments.scenarios, FindScenario(value));
  if (word == "--contender") return Append(arguments.contenders, FindContender(value));
  return false;
}

std::optional<Arguments> Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--json") {
      arguments.json = true;
    } else if (word == "--traffic") {
      arguments.traffic = true;
    } else if (word == "--returns") {
      arguments.returns = true;
    } else if (word == "--list") {
      arguments.list = true;
    } else if (++i == argc || !ParseValue(word, argv[i], arguments)) {
      return std::nullopt;
    }
  }
  if (arguments.traffic && arguments.scenarios.size() != 1) return std::nullopt;
  if (arguments.scenarios.empty()) {
    for (const Scenario& scenario : Scenarios()) arguments.scenarios.push_back(&scenario);
  }
  if (arguments.contenders.empty()) {
    for (const Contender& contender : Contenders()) arguments.contenders.push_back(&contender);
  }
  return arguments;
}

int List() {
  for (const Scenario& s : Scenarios()) std::cout << s.name << ": " << s.what << '\n';
  std::cout << '\n';
  for (const Contender& c : Contenders()) std::cout << c.name << ": " << c.what << '\n';
  return EXIT_SUCCESS;
}

int ShowTraffic(const Arguments& arguments) {
  const Scenario& scenario = *arguments.scenarios.front();
  std::vector<Traffic> traffic;
  for (const Contender* c : arguments.contenders) traffic.push_back({c, Simulate(scenario, *c, arguments.run)});
  std::cout << TrafficJson(scenario, traffic);
  return EXIT_SUCCESS;
}

int ShowReturns(const Arguments& arguments) {
  std::vector<Returns> quiet;
  std::vector<Returns> noisy;
  for (const Contender* contender : arguments.contenders) {
    quiet.push_back(MeasureReturns(*contender, 0, arguments.run));
    noisy.push_back(MeasureReturns(*contender, 0.01, arguments.run));
  }
  std::cout << Text(quiet, noisy);
  return EXIT_SUCCESS;
}

ScenarioReport Play(const Scenario& scenario, const Arguments& arguments) {
  ScenarioReport report{.scenario = &scenario, .rows = {}};
  for (const Contender* contender : arguments.contenders) {
    report.rows.push_back({contender, Measure(scenario, Simulate(scenario, *contender, arguments.run))});
  }
  return report;
}

int Compare(const Arguments& arguments) {
  std::vector<ScenarioReport> reports;
  for (const Scenario* scenario : arguments.scenarios) {
    reports.push_back(Play(*scenario, arguments));
    if (!arguments.json) std::cout << Text(reports.back()) << std::endl;
  }
  if (arguments.json) std::cout << Json(reports, arguments.run);
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Arguments> arguments = Parse(argc, argv);
  if (!arguments.has_value()) {
    std::cerr << "usage: simulator [--seed N] [--rate R] [--scenario NAME]... [--contender NAME]... "
                 "[--json | --traffic | --returns | --list]\n"
                 "       --traffic wants exactly one --scenario\n";
    return 2;
  }
  if (arguments->list) return List();
  if (arguments->returns) return ShowReturns(*arguments);
  return arguments->traffic ? ShowTraffic(*arguments) : Compare(*arguments);
}
