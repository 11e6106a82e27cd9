#include "pointsman/selection.h"

#include "state/slot_state.h"

namespace pointsman::inline v0 {

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kNone: return "kNone";
    case Reason::kUnknownGroup: return "kUnknownGroup";
    case Reason::kEmptyGroup: return "kEmptyGroup";
    case Reason::kGroupNotAllowed: return "kGroupNotAllowed";
    case Reason::kNoSuchModel: return "kNoSuchModel";
    case Reason::kModelNotInGroup: return "kModelNotInGroup";
    case Reason::kAllDisabled: return "kAllDisabled";
    case Reason::kAllCoolingDown: return "kAllCoolingDown";
    case Reason::kAllAtLimit: return "kAllAtLimit";
    case Reason::kAllFiltered: return "kAllFiltered";
    case Reason::kAllZeroWeight: return "kAllZeroWeight";
    case Reason::kExhausted: return "kExhausted";
    case Reason::kBudgetSpent: return "kBudgetSpent";
    case Reason::kAttemptLimit: return "kAttemptLimit";
    case Reason::kFilterFailed: return "kFilterFailed";
    case Reason::kPinUnusable: return "kPinUnusable";
    case Reason::kEmptyTable: return "kEmptyTable";
  }
  return "kUnknown";
}

int SuggestedHttpStatus(Reason reason) {
  switch (reason) {
    case Reason::kNone: return 200;
    case Reason::kGroupNotAllowed: return 403;
    case Reason::kNoSuchModel: return 404;
    default: return 503;
  }
}

void Selection::Release() noexcept { std::exchange(reservation_, nullptr)->Release(); }

}  // namespace pointsman::inline v0
