// Pages and texts of the command line about names that mean harm: nothing in them is obeyed by a browser or a terminal,
// and they are bounded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "support/command_line.h"
#include "support/hostile_names.h"
#include "support/plain_text.h"
#include "support/scratch_database.h"

namespace pointsman::testing {
namespace {

// As SQL takes any bytes.
std::string Literal(const std::string& bytes) {
  std::string hex;
  for (const char c : bytes) {
    std::array<char, 3> digits;
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    hex += digits.data();
  }
  return "CAST(x'" + hex + "' AS TEXT)";
}

class HostilePages : public CommandLine {
 protected:
  // Somebody with such a name beside a channel that serves.
  std::string Database(const std::string& file, const std::string& name) const {
    const std::string n = Literal(name);
    RunSql(folder_ / file,
           "CREATE TABLE channels (id integer PRIMARY KEY, name text, type integer, status integer, \"group\" text, "
           "models text, priority integer, weight integer, tag text);"
           "CREATE TABLE abilities (\"group\" text, model text, channel_id integer, enabled numeric, priority integer, "
           "weight integer);"
           "CREATE TABLE tokens (id integer PRIMARY KEY, user_id integer, name text, status integer, \"group\" text);"
           "CREATE TABLE users (id integer PRIMARY KEY, username text, status integer, \"group\" text);"
           "INSERT INTO channels VALUES (1, 'one', 1, 1, 'g', 'm', 0, 1, NULL);"
           "INSERT INTO channels VALUES (2, " +
               n + ", 1, 1, " + n + ", " + n + ", 0, 1, " + n +
               ");"
               "INSERT INTO channels VALUES (3, " +
               n + ", 1, 1, 'g', 'm', 0, 1, " + n +
               ");"
               "INSERT INTO abilities VALUES ('g', 'm', 1, 1, 0, 1), ('g', 'm', 3, 1, 0, 1), (" +
               n + ", " + n + ", 2, 1, 0, 1), (" + n +
               ", 'm', 99, 1, 0, 1);"
               "INSERT INTO users VALUES (7, " +
               n + ", 1, " + n +
               ");"
               "INSERT INTO tokens VALUES (1, 7, " +
               n + ", 1, " + n + "), (2, 7, " + n + ", 1, '');");
    return folder_ / file;
  }

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
  const std::string usual = Database("usual.db", "usual");
  int number = 0;
  for (const std::string& name : HostileNames()) {
    const std::string hostile = Database(std::to_string(++number) + ".db", name);
    ExpectPlain({"show", "--from", hostile}, name);
    ExpectPlain({"doctor", "--from", hostile}, name);
    ExpectPlain({"diff", "--before", usual, "--after", hostile}, name);
    ExpectPlain({"diff", "--before", hostile, "--after", usual}, name);
  }
}

}  // namespace
}  // namespace pointsman::testing
