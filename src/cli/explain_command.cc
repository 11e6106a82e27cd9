#include <iostream>

#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/served.h"
#include "cli/terminal.h"
#include "pointsman/router.h"

namespace pointsman::cli {

int RunExplain(const ExplainOptions& options) {
  const Source source = OpenSource(options.common.from);
  const Policy policy = AskedPolicy(options.common, source).value_or(Policy{});
  const Rows rows = LoadRows(source, WantedFor(options.request));
  const AskedRequest asked(options.request, rows);
  const Served served(source, policy, CompileRows(rows, policy).table);

  // The attempts before the one that is explained, each taken to fail.
  Attempts attempts;
  if (absl::Status room = attempts.Reserve(options.request.attempts); !room.ok()) Fail(room);
  SplitMix64 bits(1);
  for (std::uint64_t i = 1; i < options.request.attempts; ++i) {
    if (!served.router().Select(asked.request(), attempts, RandomBits(bits))) break;
  }
  const Explanation why = served.Explain(asked.request(), attempts, asked.caller());
  const Language language = options.common.lang();
  const bool for_caller = options.audience == "caller";
  if (options.common.json) {
    for_caller ? PrintCallerJson(why, language) : PrintExplainJson(why, language);
  } else if (for_caller) {
    std::cout << why.Text(language, Audience::kCaller) << "\n";
  } else {
    std::cout << why.Text(language, Audience::kOperator);
  }
  return why.ok ? kFine : kAnswerIsNo;
}

}  // namespace pointsman::cli
