// ratios [--json] [--instructions [--gate]]: the named figures of this library against honest opponents, in one table.
//
//   --json          one JSON object instead, and nothing else on stdout
//   --instructions  only what callgrind counts; repeats exactly
//   --gate          exit with 1 if a selection takes more instructions than it may, with 77 if they cannot be counted
//
// It measures and does not judge: without --gate the exit code is 0 whatever the verdicts are.
#include <iostream>
#include <string_view>

#include "ratios/rows.h"

namespace {

constexpr int kSkipped = 77;

struct Arguments {
  bool json = false;
  bool instructions = false;
  bool gate = false;
};

bool Parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--json")
      arguments.json = true;
    else if (word == "--instructions")
      arguments.instructions = true;
    else if (word == "--gate")
      arguments.gate = true;
    else
      return false;
  }
  return !arguments.gate || arguments.instructions;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace pointsman::bench;
  Arguments arguments;
  if (!Parse(argc, argv, arguments)) {
    std::cerr << "usage: ratios [--json] [--instructions [--gate]]\n";
    return 2;
  }
#ifndef __OPTIMIZE__
  if (arguments.gate) {
    std::cerr << "not counted: this build is not optimised\n";
    return kSkipped;
  }
#endif
  RatioTable table(arguments.instructions ? RatioTable::Rows::kInstructions : RatioTable::Rows::kAll);
  const bool counted = MeasureInstructions(table);
  if (!arguments.instructions) {
    MeasureAllocations(table);
    MeasureShortNames(table);
    MeasureWide(table);
    MeasureHalfDown(table);
    MeasureBalances(table);
    MeasureTypical(table, Sets::kShared);
    MeasureTypical(table, Sets::kDistinct);
  }
  std::cout << (arguments.json ? table.Json() : table.Text());
  if (!arguments.gate) return 0;
  if (!counted) return kSkipped;
  return table.Holds("instructions_per_select") ? 0 : 1;
}
