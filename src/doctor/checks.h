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
void CheckAutoGroupsEmpty(const Evidence& evidence, Findings& findings);
void CheckChannelDisabledLong(const Evidence& evidence, Findings& findings);
void CheckChannelGroupCut(const Evidence& evidence, Findings& findings);
void CheckChannelInfoMalformed(const Evidence& evidence, Findings& findings);
void CheckChannelKeysDisabled(const Evidence& evidence, Findings& findings);
void CheckChannelServesNothing(const Evidence& evidence, Findings& findings);
void CheckChannelWithoutAbilities(const Evidence& evidence, Findings& findings);
void CheckGroupNotInRatio(const Evidence& evidence, Findings& findings);
void CheckListUntidy(const Evidence& evidence, Findings& findings);
void CheckModelMappingCycle(const Evidence& evidence, Findings& findings);
void CheckModelMappingMalformed(const Evidence& evidence, Findings& findings);
void CheckModelMappingUnlisted(const Evidence& evidence, Findings& findings);
void CheckModelUnserved(const Evidence& evidence, Findings& findings);
void CheckNameNearDuplicate(const Evidence& evidence, Findings& findings);
void CheckNothingServed(const Evidence& evidence, Findings& findings);
void CheckOptionGroupUnserved(const Evidence& evidence, Findings& findings);
void CheckPolicyGroupUnknown(const Evidence& evidence, Findings& findings);
void CheckPolicyNameHidesGroup(const Evidence& evidence, Findings& findings);
void CheckPrimaryKeyMissing(const Evidence& evidence, Findings& findings);
void CheckPrimaryKeyRepeated(const Evidence& evidence, Findings& findings);
void CheckPriorityNull(const Evidence& evidence, Findings& findings);
void CheckRowRejected(const Evidence& evidence, Findings& findings);
void CheckSequenceBehind(const Evidence& evidence, Findings& findings);
void CheckTierAllZero(const Evidence& evidence, Findings& findings);
void CheckTierWeightOverflow(const Evidence& evidence, Findings& findings);
void CheckTokenAutoGroupsUnserved(const Evidence& evidence, Findings& findings);
void CheckTokenEmptyGroup(const Evidence& evidence, Findings& findings);
void CheckTokenGroupDefault(const Evidence& evidence, Findings& findings);
void CheckTokenGroupNotUsable(const Evidence& evidence, Findings& findings);
void CheckTokenGroupUnserved(const Evidence& evidence, Findings& findings);
void CheckTokenLimitsEmpty(const Evidence& evidence, Findings& findings);
void CheckTokenLimitsUnserved(const Evidence& evidence, Findings& findings);
void CheckTokenOwnerGone(const Evidence& evidence, Findings& findings);
void CheckUserGroupUnserved(const Evidence& evidence, Findings& findings);
void CheckWeightZeroBesideOthers(const Evidence& evidence, Findings& findings);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_CHECKS_H_
