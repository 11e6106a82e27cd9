// doctor --apply: shows the target and the changes, asks, makes them, and says what was done.
#ifndef POINTSMAN_SRC_CLI_APPLY_COMMAND_H_
#define POINTSMAN_SRC_CLI_APPLY_COMMAND_H_

#include "cli/commands.h"
#include "cli/source.h"
#include "pointsman/cure.h"

namespace pointsman::cli {

// Whether --apply can run a cure: only where the rows come from.
bool CanApply(const Source& source, Dialect dialect);

// Fails where nothing may be changed or something went wrong. One line of JSON about what was done, or was not, goes to
// stderr in any case: for whoever keeps logs.
CureResult ApplyCures(const Source& source, const DoctorOptions& doctor, const DoctorCommandOptions& options);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_APPLY_COMMAND_H_
