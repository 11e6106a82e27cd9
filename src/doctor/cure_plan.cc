#include "doctor/cure_plan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <utility>

#include "doctor/changed_rows.h"
#include "doctor/wording.h"

namespace pointsman::inline v0 {
namespace {

// What is found of one code: how often, and which rows.
struct Found {
  std::size_t count = 0;
  std::vector<std::uint64_t> rows;  // sorted
  friend bool operator==(const Found&, const Found&) = default;
};

// The order in which rows are read may have changed, as PostgreSQL's does with each update.
std::map<std::string, Found> ByCode(const std::vector<Finding>& findings) {
  std::map<std::string, Found> by_code;
  for (const Finding& finding : findings) {
    Found& found = by_code[finding.code];
    found.count += finding.count;
    found.rows.insert(found.rows.end(), finding.fingerprints.begin(), finding.fingerprints.end());
  }
  for (auto& [code, found] : by_code) std::sort(found.rows.begin(), found.rows.end());
  return by_code;
}

// Cuts a finding down to the rows that `before` does not know. False: there is none.
bool KeepNew(const Found& before, Finding& finding) {
  const auto is_known = [&](std::uint64_t row) {
    return std::binary_search(before.rows.begin(), before.rows.end(), row);
  };
  std::erase_if(finding.where, [&](const FindingRow& row) { return is_known(Fingerprint(row)); });
  const std::size_t counted = finding.count - finding.fingerprints.size();  // not one by one
  const std::size_t counted_before = before.count - before.rows.size();
  std::erase_if(finding.fingerprints, is_known);
  finding.count = finding.fingerprints.size() + counted - std::min(counted, counted_before);
  return finding.count > 0;
}

std::vector<Finding> Revealed(const std::vector<Finding>& before, std::vector<Finding> after) {
  std::map<std::string, Found> known = ByCode(before);
  std::erase_if(after, [&](Finding& finding) {
    const bool is_new_code = !known.contains(finding.code);
    return !is_new_code && !KeepNew(known[finding.code], finding);
  });
  return after;
}

}  // namespace

bool IsNamed(const Finding& finding, const DoctorOptions& options) {
  return std::find(options.only.begin(), options.only.end(), finding.code) != options.only.end();
}

absl::StatusOr<Examination> ExamineAll(const Rows& rows, DoctorOptions options) {
  options.only.clear();
  return Examine(rows, options);
}

Examination AskedOf(Examination all, const DoctorOptions& options) {
  if (!options.only.empty()) std::erase_if(all.findings, [&](const Finding& f) { return !IsNamed(f, options); });
  return all;
}

absl::StatusOr<PlannedCure> PlanCure(const Rows& rows, const DoctorOptions& options) {
  // The names in `only` are judged here, since what follows looks at every code.
  if (absl::StatusOr<Examination> asked = Examine(Rows(), options); !asked.ok()) return asked.status();
  absl::StatusOr<Examination> before = ExamineAll(rows, options);
  if (!before.ok()) return before.status();
  PlannedCure plan{.before = AskedOf(*before, options)};
  plan.changes = ChangesToMake(plan.before, options);
  plan.statements = SchemaStatements(plan.before, options);
  if (plan.changes.empty()) {
    plan.expected = *std::move(before);
    return plan;
  }
  absl::StatusOr<Examination> expected = ExamineAll(ChangedRows(rows, plan.changes), options);
  if (!expected.ok()) return expected.status();
  plan.expected = *std::move(expected);
  plan.revealed = Revealed(before->findings, plan.expected.findings);
  return plan;
}

std::string FirstDifference(const std::vector<Finding>& expected, const std::vector<Finding>& found) {
  std::map<std::string, Found> wanted = ByCode(expected);
  std::map<std::string, Found> there = ByCode(found);
  for (const auto& [code, rows] : wanted) there[code];
  for (const auto& [code, rows] : there) {
    const Found& wish = wanted[code];
    if (rows == wish) continue;
    if (rows.count == wish.count) return code + " was found in other rows than expected";
    return code + " was found " + std::to_string(rows.count) + " times instead of " + std::to_string(wish.count);
  }
  return "";
}

}  // namespace pointsman::inline v0
