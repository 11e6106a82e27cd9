// Baseline: what doctor --json printed at an earlier time, so that only what is new since then counts.
//
//   const Baseline baseline = Baseline::Read("doctor.json");
//   if (!baseline.Knows(finding)) …
//
// A finding is known if one of its code was there, of at least the same severity and count, that names the same rows.
// Rows are compared as far as both lists go: an examination names the first fifty.
//
// Thread safety: immutable once read.
#ifndef POINTSMAN_SRC_CLI_BASELINE_H_
#define POINTSMAN_SRC_CLI_BASELINE_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pointsman/doctor.h"

namespace pointsman::cli {

class Baseline {
 public:
  // One that knows nothing.
  Baseline() = default;
  // Fails for a file that cannot be read or is no such document.
  static Baseline Read(const std::string& file);

  bool Knows(const Finding& finding) const;

 private:
  struct Known {
    Severity severity = Severity::kInfo;
    std::size_t count = 0;
    std::set<std::string> rows;
  };
  static bool Covers(const Known& known, const Finding& finding);

  std::map<std::string, std::vector<Known>> by_code_;
};

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_BASELINE_H_
