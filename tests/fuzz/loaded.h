// What bodies do with rows, however they came.
#ifndef POINTSMAN_TESTS_FUZZ_LOADED_H_
#define POINTSMAN_TESTS_FUZZ_LOADED_H_

#include <algorithm>
#include <string>

#include "fuzz/bodies.h"
#include "pointsman/caller.h"
#include "pointsman/compile.h"
#include "pointsman/doctor.h"
#include "pointsman/dump.h"
#include "pointsman/explain.h"
#include "pointsman/loader.h"

namespace pointsman::fuzz {

// Loads, or demands that the error can be shown. False where it failed.
inline bool LoadOrTell(Loader& loader, Rows& rows) {
  const absl::Status loaded = loader.Load(rows, Wanted::Everything());
  if (!loaded.ok()) DemandPlain(std::string(loaded.message()), "an error can be shown");
  return loaded.ok();
}

// Compiles, and demands of the table what every table must be.
inline void DemandGoodTable(const Rows& rows, const Policy& policy) {
  const absl::StatusOr<Compiled> compiled = Compile(rows, policy);
  if (!compiled.ok()) return DemandPlain(std::string(compiled.status().message()), "a refusal can be shown");
  DemandPlain(compiled->report.Text(), "a report can be shown");
  const RouteTable& table = *compiled->table;
  const absl::StatusOr<Compiled> again = Compile(TableRows(table), policy);
  Demand(again.ok() && again->table->content_hash() == table.content_hash(), "the rows of a table make the same table");
  int explained = 0;
  table.ForEachRoute([&](const RouteInfo& route) {
    if (++explained > 3) return;
    const Explanation why = Explain(table, {.group = route.group, .model = route.model});
    DemandPlain(why.Text(Language::kEnglish, Audience::kOperator), "an explanation can be shown");
    DemandPlain(why.Text(Language::kChinese, Audience::kCaller), "an explanation for callers can be shown");
  });
  for (const TokenRow& token : rows.tokens().first(std::min<std::size_t>(rows.tokens().size(), 3))) {
    const Caller caller = ResolveCaller(token, nullptr, 1);
    DemandPlain(Explain(table, caller.MakeRequest("m"), &caller).Text(), "a caller's explanation can be shown");
  }
}

// What the doctor says of them can be shown, and its changes be written down.
inline void DemandGoodExamination(const Rows& rows) {
  for (const Dialect dialect : {Dialect::kSqlite, Dialect::kPostgresql, Dialect::kMysql}) {
    const absl::StatusOr<Examination> examination = Examine(rows, {.now = 1'700'000'000, .dialect = dialect});
    if (!examination.ok()) return DemandPlain(std::string(examination.status().message()), "an error can be shown");
    for (const Finding& finding : examination->findings) {
      for (const std::string& text : {finding.message, finding.why, finding.advice}) {
        DemandPlain(text, "a finding can be shown");
      }
      for (const FindingRow& row : finding.where) DemandPlain(row.key + row.detail, "a place can be shown");
      for (const RowChange& change : finding.changes) {
        const absl::StatusOr<std::string> sql = RenderSql(change, dialect);
        DemandPlain(sql.ok() ? *sql : std::string(sql.status().message()), "a change can be shown");
      }
    }
  }
}

}  // namespace pointsman::fuzz

#endif  // POINTSMAN_TESTS_FUZZ_LOADED_H_
