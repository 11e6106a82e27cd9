// A table as a page: groups by models, their tiers and exact shares.
#ifndef POINTSMAN_SRC_CLI_SHOW_HTML_H_
#define POINTSMAN_SRC_CLI_SHOW_HTML_H_

#include <string>
#include <vector>

#include "pointsman/compile.h"

namespace pointsman::cli {

// `routes` in order of group, then model.
std::string ShowPage(const std::vector<RouteInfo>& routes, const BuildReport& report);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_SHOW_HTML_H_
