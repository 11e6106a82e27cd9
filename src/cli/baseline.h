// Baseline: what doctor --json printed at an earlier time, so that only what is new since then counts.
//
//   const Baseline baseline = Baseline::Read("doctor.json");
//   if (!baseline.Knows(finding)) …
//
// A finding is known if one of its code was there, of at least the same severity and count, that had the same rows.
// Rows are compared by their fingerprints. Where one of the two lacks some (a baseline of an earlier version, rows that
// were only counted), those are compared that are named, as far as both lists go: an examination names the first fifty.
//
// Thread safety: immutable once read.
#ifndef POINTSMAN_SRC_CLI_BASELINE_H_
#define POINTSMAN_SRC_CLI_BASELINE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pointsman/doctor.h"

namespace pointsman::cli {

// As doctor --json writes it: 16 digits.
std::string FingerprintText(std::uint64_t fingerprint);

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
    std::set<std::string> fingerprints;
    bool has_all_fingerprints = false;
  };
  static bool Covers(const Known& known, const Finding& finding);

  std::map<std::string, std::vector<Known>> by_code_;
};

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_BASELINE_H_
