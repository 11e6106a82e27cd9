// The checks of the doctor, one function a finding code. Each appends its findings, or nothing.
//
// Thread safety: thread-safe (pure functions).
#ifndef POINTSMAN_SRC_DOCTOR_CHECKS_H_
#define POINTSMAN_SRC_DOCTOR_CHECKS_H_

#include <vector>

#include "doctor/evidence.h"
#include "pointsman/doctor.h"

namespace pointsman::inline v0 {

using Findings = std::vector<Finding>;

void CheckAbilityDisagrees(const Evidence& evidence, Findings& findings);
void CheckAbilityOrphan(const Evidence& evidence, Findings& findings);
void CheckChannelServesNothing(const Evidence& evidence, Findings& findings);
void CheckChannelWithoutAbilities(const Evidence& evidence, Findings& findings);
void CheckNothingServed(const Evidence& evidence, Findings& findings);
void CheckPolicyGroupUnknown(const Evidence& evidence, Findings& findings);
void CheckPolicyNameHidesGroup(const Evidence& evidence, Findings& findings);
void CheckRowRejected(const Evidence& evidence, Findings& findings);
void CheckTokenEmptyGroup(const Evidence& evidence, Findings& findings);
void CheckTokenGroupDefault(const Evidence& evidence, Findings& findings);
void CheckTokenGroupUnserved(const Evidence& evidence, Findings& findings);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_CHECKS_H_
