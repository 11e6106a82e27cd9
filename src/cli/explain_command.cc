#include <iostream>

#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/terminal.h"
#include "pointsman/explain.h"

namespace pointsman::cli {

int RunExplain(const ExplainOptions& options) {
  const Source source = OpenSource(options.common.from);
  const Policy policy = AskedPolicy(options.common, source).value_or(Policy{});
  const Rows rows = LoadRows(source, WantedFor(options.request));
  const AskedRequest asked(options.request, rows);
  const Compiled compiled = CompileRows(rows, policy);

  const Explanation why = Explain(*compiled.table, asked.request(), asked.caller());
  const Language language = options.common.lang();
  if (options.common.json) {
    PrintExplainJson(why, language);
  } else if (options.audience == "caller") {
    std::cout << why.Text(language, Audience::kCaller) << "\n";
  } else {
    std::cout << why.Text(language, Audience::kOperator);
  }
  return why.ok ? kFine : kAnswerIsNo;
}

}  // namespace pointsman::cli
