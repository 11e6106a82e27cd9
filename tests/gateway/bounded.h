// Bounded: a program as the shell would find it, which is killed after some seconds.
#ifndef POINTSMAN_TESTS_GATEWAY_BOUNDED_H_
#define POINTSMAN_TESTS_GATEWAY_BOUNDED_H_

#include <string>
#include <vector>

#include "support/run_program.h"

namespace pointsman::testing {

inline Outcome Bounded(const std::string& seconds, std::vector<std::string> command) {
  command.insert(command.begin(), {"/usr/bin/env", "timeout", "-k", "5", seconds});
  return RunProgram(command);
}

// Whether it can be run at all.
inline bool HasProgram(const std::string& name) { return Bounded("20", {name, "--version"}).code == 0; }

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_GATEWAY_BOUNDED_H_
