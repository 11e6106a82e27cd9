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
  Side(const Source& source, const Policy& policy)
      : rows(LoadRows(source, {.tokens = true, .users = true})), compiled(CompileRows(rows, policy)) {}
  Rows rows;
  Compiled compiled;
};

// The policy of a dump holds for the other side too, if that brings none: what a node serves is compared with what its
// database holds, and not with what other rules make of it.
Policy PolicyOf(const Source& source, const Source& other, const CommonOptions& asked) {
  if (std::optional<Policy> policy = AskedPolicy(asked, source)) return *std::move(policy);
  return other.dump == nullptr ? Policy{} : other.dump->dump.table->policy();
}

std::int64_t Now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

int RunDiff(const DiffCommandOptions& options) {
  const CommonOptions asked{.policy_file = options.policy_file, .profile = options.profile};
  CommonOptions asked_after = asked;
  if (!options.policy_after.empty()) asked_after.policy_file = options.policy_after;
  const Source source_before = OpenSource(options.before);
  const Source source_after = OpenSource(options.after);
  const Side before(source_before, PolicyOf(source_before, source_after, asked));
  const Side after(source_after, PolicyOf(source_after, source_before, asked_after));
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
    if (!options.html_file.empty()) std::cout << "\npage: " << ShownPath(options.html_file) << "\n";
  }
  return diff.ok() ? kFine : kAnswerIsNo;
}

}  // namespace pointsman::cli
