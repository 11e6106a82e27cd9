// IncidentCli: the command line with the incident's database. MAKE_INCIDENT_PATH names the program that makes it.
#ifndef POINTSMAN_TESTS_SUPPORT_INCIDENT_CLI_H_
#define POINTSMAN_TESTS_SUPPORT_INCIDENT_CLI_H_

#include <string>

#include "support/command_line.h"

namespace pointsman::testing {

class IncidentCli : public CommandLine {
 protected:
  // Fresh.
  std::string Incident() const {
    const std::string path = folder_ / "incident.db";
    EXPECT_EQ(RunProgram({MAKE_INCIDENT_PATH, path, "--force"}).code, 0);
    return path;
  }
  std::string Exact() const { return File("exact.json", R"({"empty_group": "exact"})"); }
  // Weights 2 and 1 above a lower tier.
  std::string Weighted() const {
    return File("weighted.json", R"({"channels": [
      {"id": 1, "name": "two", "group": "default", "models": "m", "weight": 2, "priority": 5},
      {"id": 2, "name": "one", "group": "default", "models": "m", "weight": 1, "priority": 5},
      {"id": 3, "name": "low", "group": "default", "models": "m", "weight": 9}]})");
  }
  // The id of one of the twelve tokens, as doctor names them.
  std::string EmptyToken(const std::string& db) const {
    const nlohmann::json doctor =
        Document(Pointsman({"doctor", "--from", db, "--only", "token-empty-group", "--json"}));
    return std::to_string(doctor["findings"][0]["where"][0]["id"].get<int>());
  }
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_INCIDENT_CLI_H_
