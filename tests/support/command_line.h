// CommandLine: the tool as a user calls it, for tests of what it says. POINTSMAN_TOOL_PATH names it.
#ifndef POINTSMAN_TESTS_SUPPORT_COMMAND_LINE_H_
#define POINTSMAN_TESTS_SUPPORT_COMMAND_LINE_H_

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/run_program.h"

namespace pointsman::testing {

inline Outcome Pointsman(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), POINTSMAN_TOOL_PATH);
  return RunProgram(arguments);
}

// What --json printed: one document and a line end, or the test fails.
inline nlohmann::json Document(const Outcome& outcome) {
  nlohmann::json document = nlohmann::json::parse(outcome.out, nullptr, false);
  EXPECT_FALSE(document.is_discarded()) << "stdout is not one JSON document: " << outcome.out << outcome.err;
  EXPECT_TRUE(outcome.out.ends_with('\n'));
  return document;
}

// Files of one's own.
class CommandLine : public ::testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& text) const {
    WriteText(folder_ / name, text);
    return folder_ / name;
  }

  TempFolder folder_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_COMMAND_LINE_H_
