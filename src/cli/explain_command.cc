#include <iostream>

#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/terminal.h"
#include "pointsman/router.h"

namespace pointsman::cli {

int RunExplain(const ExplainOptions& options) {
  const Source source = OpenSource(options.common.from);
  const Policy policy = AskedPolicy(options.common, source).value_or(Policy{});
  const Rows rows = LoadRows(source, WantedFor(options.request));
  const AskedRequest asked(options.request, rows);
  const Compiled compiled = CompileRows(rows, policy);

  Router router(policy);
  if (const auto published = router.Publish(compiled.table); !published.ok()) Fail(published.status());
  // The attempts before the one that is explained, each taken to fail.
  Attempts attempts;
  if (absl::Status room = attempts.Reserve(options.request.attempts); !room.ok()) Fail(room);
  SplitMix64 bits(1);
  for (std::uint64_t i = 1; i < options.request.attempts; ++i) {
    if (!router.Select(asked.request(), attempts, RandomBits(bits))) break;
  }
  Explanation why = options.request.attempts == 0 ? router.Explain(asked.request(), asked.caller())
                                                  : router.Explain(asked.request(), attempts, asked.caller());
  why.generation = 0;  // published here and for nobody
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
