// ShareExample: what two gateways do differently when one believes an ability and the other its channel.
//
//   for ("default", "gpt-4o") channel 3 gets 2/3 of first selections by abilities and 1/2 by the channels' own rows
//
// Both shares are compiled from the rows of that one pair, not computed beside the compiler.
//
// Thread safety: thread-safe (a pure function). Cost: one pass over channels and abilities.
#ifndef POINTSMAN_SRC_DOCTOR_SHARE_EXAMPLE_H_
#define POINTSMAN_SRC_DOCTOR_SHARE_EXAMPLE_H_

#include <string>

#include "doctor/evidence.h"
#include "pointsman/rows.h"

namespace pointsman::inline v0 {

// Empty where the two shares are equal. REQUIRES: HasUsableNames(ability).
std::string ShareExample(const Evidence& evidence, const AbilityRow& ability);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_SHARE_EXAMPLE_H_
