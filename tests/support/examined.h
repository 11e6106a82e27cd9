// Examined: what the doctor says about rows, in the shape in which its tests ask.
#ifndef POINTSMAN_TESTS_SUPPORT_EXAMINED_H_
#define POINTSMAN_TESTS_SUPPORT_EXAMINED_H_

#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "pointsman/doctor.h"

namespace pointsman {

inline Examination Examined(const Rows& rows, const DoctorOptions& options = {}) {
  absl::StatusOr<Examination> exam = Examine(rows, options);
  EXPECT_TRUE(exam.ok()) << exam.status();
  return exam.ok() ? *std::move(exam) : Examination();
}

// "error ability-orphan" for each finding, in order.
inline std::vector<std::string> Codes(const Examination& exam) {
  std::vector<std::string> codes;
  for (const Finding& f : exam.findings) codes.push_back(std::string(SeverityName(f.severity)) + " " + f.code);
  return codes;
}

// The only finding of a code. An empty one, and a failure, where there is none or another.
inline Finding Only(const Examination& exam, std::string_view code) {
  std::vector<Finding> found;
  for (const Finding& f : exam.findings) {
    if (f.code == code) found.push_back(f);
  }
  EXPECT_EQ(found.size(), 1u) << code;
  return found.size() == 1 ? found[0] : Finding();
}

inline std::vector<std::string> Sql(const Finding& finding, Dialect dialect = Dialect::kSqlite) {
  std::vector<std::string> statements;
  for (const RowChange& change : finding.changes) {
    const absl::StatusOr<std::string> sql = RenderSql(change, dialect);
    statements.push_back(sql.ok() ? *sql : sql.status().ToString());
  }
  return statements;
}

inline Policy WithEmptyGroup(EmptyGroup rule) { return {.groups = {.empty_group = rule}}; }

template <class Row>
void Put(Rows& rows, const Row& row) {
  ASSERT_TRUE(rows.Add(row));
}

// Channel 1 lists (default, a) and (default, b), and its abilities say the same.
inline Rows Agreeing() {
  Rows rows("r");
  Put(rows, ChannelRow{.id = 1,
                       .name = "one",
                       .status = 1,
                       .groups = "default",
                       .models = "a,b",
                       .priority = 0,
                       .weight = 1,
                       .tag = nullptr});
  for (const char* model : {"a", "b"}) {
    Put(rows, AbilityRow{.group = "default",
                         .model = model,
                         .channel_id = 1,
                         .enabled = 1,
                         .priority = 0,
                         .weight = 1,
                         .tag = nullptr});
  }
  return rows;
}

}  // namespace pointsman

#endif  // POINTSMAN_TESTS_SUPPORT_EXAMINED_H_
