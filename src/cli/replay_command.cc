#include <iostream>
#include <string>

#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/terminal.h"
#include "pointsman/load/dump.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

constexpr std::size_t kRejectedShown = 50;

std::string AnswerText(const RecordedAnswer& answer) {
  if (answer.reason != Reason::kNone) return "no channel: " + std::string(ReasonName(answer.reason));
  return "channel " + std::to_string(answer.channel_id) + ", group " + Quoted(answer.group) + ", priority " +
         std::to_string(answer.priority);
}

void PrintRejected(const std::vector<RejectedCandidate>& rejected) {
  for (std::size_t i = 0; i < rejected.size() && i < kRejectedShown; ++i) {
    const RejectedCandidate& r = rejected[i];
    std::cout << "  ✗ channel " << r.candidate.channel_id << ", group " << Quoted(r.candidate.group) << ", model "
              << Quoted(r.candidate.model) << ", priority " << r.candidate.priority << ", weight " << r.weight << ": "
              << RejectedName(r.why);
    if (r.filter_code != 0) std::cout << " " << r.filter_code;
    std::cout << "\n";
  }
  if (rejected.size() > kRejectedShown) std::cout << "  and " << rejected.size() - kRejectedShown << " more\n";
}

void PrintReplay(const DecisionRecord& record, const Replay& replay, const RouteTable& table, Language language) {
  if (!replay.same_table) {
    std::cout << "another table: the record is of " << Printable(record.content_hash) << ", the source makes "
              << table.content_hash() << "; replay it with a dump of the time when it was made\n";
    return;
  }
  if (!replay.same_answer) {
    std::cout << "not the same: the record says " << AnswerText(record.answer) << "; what it drew gives "
              << AnswerText(replay.answer) << "; it was changed after it was written\n";
    return;
  }
  std::cout << AnswerText(replay.answer) << ", as recorded\n";
  PrintRejected(replay.rejected);
  std::cout << replay.explanation.Text(language, Audience::kOperator);
}

}  // namespace

int RunReplay(const ReplayOptions& options) {
  const Source source = OpenSource(options.common.from);
  if (source.path == "-" && options.record == "-") Fail("only one of dump and record can be standard input");
  const Policy policy = AskedPolicy(options.common, source).value_or(Policy{});
  const std::string name = options.record == "-" ? "standard input" : options.record;
  const absl::StatusOr<DecisionRecord> record = ParseDecision(ReadText(options.record, "record"), name);
  if (!record.ok()) Fail(record.status());
  const Compiled compiled = CompileRows(LoadRows(source, {}), policy);

  const Replay replay = ReplayDecision(*compiled.table, *record);
  if (options.common.json) {
    PrintReplayJson(*record, replay, *compiled.table, options.common.lang());
  } else {
    PrintReplay(*record, replay, *compiled.table, options.common.lang());
  }
  return replay.same() ? kFine : kAnswerIsNo;
}

}  // namespace pointsman::cli
