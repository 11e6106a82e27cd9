// The page of doctor --html: one file to send around.
#ifndef POINTSMAN_SRC_CLI_DOCTOR_HTML_H_
#define POINTSMAN_SRC_CLI_DOCTOR_HTML_H_

#include <string>

#include "cli/baseline.h"
#include "pointsman/doctor.h"

namespace pointsman::cli {

std::string DoctorPage(const Examination& examination, const std::string& source, Dialect dialect,
                       const Baseline& baseline);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_DOCTOR_HTML_H_
