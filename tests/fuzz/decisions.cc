// A decision record, and the text of a walk that goes on elsewhere: accepted whole or refused with a place; what was
// accepted is written and read again as it was, and can be replayed against any table.
#include "fuzz/bodies.h"
#include "pointsman/attempts.h"
#include "pointsman/load/dump.h"
#include "pointsman/testing.h"

namespace pointsman::fuzz {

bool Decisions(std::string_view bytes) {
  static const std::shared_ptr<const RouteTable> table =
      testing::TableFromLines("8 default,vip gpt-4o 3 10\n9 default gpt-4o,o3* 1 10\n10 vip gpt-4o").value();
  const absl::StatusOr<Attempts> attempts = Attempts::Parse(bytes);
  if (attempts.ok()) {
    Demand(attempts->Text() == bytes, "attempts read are the attempts written");
  } else {
    Refused(std::string(attempts.status().message()));
  }
  const absl::StatusOr<DecisionRecord> record = ParseDecision(bytes);
  if (!record.ok()) return Refused(std::string(record.status().message())) || attempts.ok();
  const absl::StatusOr<DecisionRecord> again = ParseDecision(DecisionToJson(*record));
  Demand(again.ok() && *again == *record, "a record written is the record read");
  const Replay replay = ReplayDecision(*table, *record);
  Demand(replay.same_table == (record->content_hash == table->content_hash()), "a replay knows its table");
  DemandPlain(replay.explanation.Text(Language::kEnglish, Audience::kOperator), "a replay can be shown");
  const Replay twice = ReplayDecision(*table, *record);
  Demand(twice.answer == replay.answer && twice.rejected == replay.rejected, "a replay is the same each time");
  return true;
}

}  // namespace pointsman::fuzz
