// What doctor prints for people, and as SQL.
#ifndef POINTSMAN_SRC_CLI_DOCTOR_TEXT_H_
#define POINTSMAN_SRC_CLI_DOCTOR_TEXT_H_

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>

#include "pointsman/doctor.h"

namespace pointsman::cli {

// "1 row", "2 rows".
std::string Amount(std::size_t n, const std::string& one, const std::string& many);

// Where a finding's row is and what is wrong with it, fit to print.
std::string WhereText(const FindingRow& row);

// "one-api.db: 63 tokens in use, …" as one line.
std::string SummaryText(const ExaminationSummary& summary, const std::string& source);

struct DoctorTextOptions {
  std::string source;
  bool can_apply = false;                                                               // --apply runs safe cures here
  std::function<bool(const Finding&)> is_known = [](const Finding&) { return false; };  // by the baseline
};
void PrintExamination(const Examination& examination, const DoctorTextOptions& options);

// Everything that is not SQL is a comment, so that the whole can be read by a person and run by a database.
void PrintFix(const Examination& examination, Dialect dialect);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_DOCTOR_TEXT_H_
