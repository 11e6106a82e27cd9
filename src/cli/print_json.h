// PrintJson: one document on one line, as every command prints it. Names are data and come whole: bytes that are no
// UTF-8 become the replacement character, and what a terminal would obey, or not show, is spelled \u202e.
#ifndef POINTSMAN_SRC_CLI_PRINT_JSON_H_
#define POINTSMAN_SRC_CLI_PRINT_JSON_H_

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>

namespace pointsman::cli {

void PrintJson(std::ostream& out, const nlohmann::ordered_json& document);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_PRINT_JSON_H_
