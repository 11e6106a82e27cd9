#include <iostream>

#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/served.h"
#include "cli/terminal.h"
#include "pointsman/explain.h"

namespace pointsman::cli {

int RunExplain(const ExplainOptions& options) {
  const Source source = OpenSource(options.common.from);
  const Policy policy = ChoosePolicy(options.common, source).value_or(Policy{});
  const Rows rows = LoadRows(source, WantedFor(options.request));
  const AskedRequest asked(options.request, rows);
  const Served served(source, policy, CompileRows(rows, policy).table);

  const Explanation why = served.Explain(asked.request(), asked.caller());
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
