// Pages and texts of the command line about names that mean harm: nothing in them is obeyed by a browser or a terminal,
// and they are bounded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "support/command_line.h"
#include "support/hostile_database.h"
#include "support/hostile_names.h"
#include "support/plain_text.h"

namespace pointsman::testing {
namespace {

class HostilePages : public CommandLine {
 protected:
  void ExpectPlain(std::vector<std::string> arguments, const std::string& name) {
    const std::string page = folder_ / "page.html";
    WriteText(page, "");
    arguments.insert(arguments.end(), {"--html", page});
    const Outcome run = Pointsman(arguments);
    EXPECT_LE(run.code, 1) << run.err;
    const std::string html = ReadText(page);
    EXPECT_GT(html.size(), 1000u);
    // A cure has to carry the name whole, however long it is.
    const std::size_t most = arguments[0] == "doctor" ? 8 << 20 : 256 * 1024;
    EXPECT_EQ(WhatIsWrong(html, most), "") << arguments[0] << " " << Shown(name);
    EXPECT_EQ(html.find("<script"), html.npos) << arguments[0];
    EXPECT_EQ(WhatIsWrong(run.out, 256 * 1024), "") << arguments[0] << " " << Shown(name);
    EXPECT_EQ(WhatIsWrong(run.err), "") << arguments[0] << " " << Shown(name);
  }
};

// Would catch: a name that is escaped for markup, and not for what it does to whoever reads it.
TEST_F(HostilePages, HaveNothingInThemThatABrowserOrATerminalWouldObey) {
  const std::string usual = HostileDatabase(folder_ / "usual.db", "usual");
  int number = 0;
  for (const std::string& name : HostileNames()) {
    const std::string hostile = HostileDatabase(folder_ / (std::to_string(++number) + ".db"), name);
    ExpectPlain({"show", "--from", hostile}, name);
    ExpectPlain({"doctor", "--from", hostile}, name);
    ExpectPlain({"diff", "--before", usual, "--after", hostile}, name);
    ExpectPlain({"diff", "--before", hostile, "--after", usual}, name);
  }
}

}  // namespace
}  // namespace pointsman::testing
