// PlanCure: what a cure would do to rows in memory, and what is to be found afterwards; FirstDifference: whether it
// was.
//
//   absl::StatusOr<PlannedCure> plan = PlanCure(rows, options);
//   … the changes are made, the rows read again …
//   const std::string differs = FirstDifference(plan->expected.findings, after.findings);
//
// Thread safety: thread-safe (pure functions). Cost: two examinations and a copy of the rows.
#ifndef POINTSMAN_SRC_DOCTOR_CURE_PLAN_H_
#define POINTSMAN_SRC_DOCTOR_CURE_PLAN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pointsman/cure.h"
#include "pointsman/doctor.h"

namespace pointsman::inline v0 {

// Whether DoctorOptions::only names it.
bool IsNamed(const Finding& finding, const DoctorOptions& options);

// Every code, whatever DoctorOptions::only says.
absl::StatusOr<Examination> ExamineAll(const Rows& rows, DoctorOptions options);
// Those findings that were asked for.
Examination AskedOf(Examination all, const DoctorOptions& options);

absl::StatusOr<PlannedCure> PlanCure(const Rows& rows, const DoctorOptions& options);

// A sentence about the first code of which not the same rows are found; empty where there is none.
std::string FirstDifference(const std::vector<Finding>& expected, const std::vector<Finding>& found);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_CURE_PLAN_H_
