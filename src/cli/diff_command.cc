#include <chrono>
#include <iostream>

#include "cli/commands.h"
#include "cli/diff_output.h"
#include "cli/html_page.h"
#include "cli/terminal.h"

namespace pointsman::cli {
namespace {

// One side: its rows and what they compile to.
struct Side {
  Side(const std::string& from, const std::string& policy_file, const std::string& profile)
      : source(OpenSource(from)),
        rows(LoadRows(source, {.tokens = true, .users = true})),
        compiled(CompileRows(
            rows, AskedPolicy({.policy_file = policy_file, .profile = profile}, source).value_or(Policy{}))) {}
  Source source;
  Rows rows;
  Compiled compiled;
};

std::int64_t Now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

int RunDiff(const DiffCommandOptions& options) {
  const Side before(options.before, options.policy_file, options.profile);
  const Side after(options.after, options.policy_after.empty() ? options.policy_file : options.policy_after,
                   options.profile);
  // A side that lists no token at all does not describe tokens: nothing was taken from anybody.
  const bool has_tokens = !before.rows.tokens().empty() && !after.rows.tokens().empty();
  DiffOptions compare{.now = Now()};
  if (has_tokens) {
    compare.before_rows = &before.rows;
    compare.after_rows = &after.rows;
  }
  const Diff diff = CompareTables(*before.compiled.table, *after.compiled.table, compare);
  const DiffDocument document{.diff = diff,
                              .names = {.before = *before.compiled.table, .after = *after.compiled.table},
                              .before = before.rows.source(),
                              .after = after.rows.source(),
                              .has_tokens = has_tokens};
  if (!options.html_file.empty()) WritePage(options.html_file, DiffPage(document));
  if (options.json) {
    PrintDiffJson(document);
  } else {
    PrintDiff(document);
    if (!options.html_file.empty()) std::cout << "\npage: " << options.html_file << "\n";
  }
  return diff.ok() ? kFine : kAnswerIsNo;
}

}  // namespace pointsman::cli
