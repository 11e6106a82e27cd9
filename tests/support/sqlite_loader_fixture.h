// What the tests of the SQLite loader share: the gateways' tables, a file to put them in, and ways to load it.
#ifndef POINTSMAN_TESTS_SUPPORT_SQLITE_LOADER_FIXTURE_H_
#define POINTSMAN_TESTS_SUPPORT_SQLITE_LOADER_FIXTURE_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "pointsman/load/sqlite3.h"
#include "support/acting_sink.h"
#include "support/scratch_database.h"

namespace pointsman {

inline constexpr char kSchema[] = R"(
  CREATE TABLE channels (id integer PRIMARY KEY, type integer DEFAULT 0, key text NOT NULL DEFAULT 'sk-not-a-real-key',
    status integer DEFAULT 1, name text, weight integer DEFAULT 0, base_url text DEFAULT '', models text,
    "group" varchar(64) DEFAULT 'default', model_mapping text, priority integer DEFAULT 0, tag text, setting text,
    param_override text, header_override text, channel_info json);
  CREATE TABLE abilities ("group" varchar(64), model varchar(255), channel_id integer, enabled numeric,
    priority integer DEFAULT 0, weight integer DEFAULT 0, tag text, PRIMARY KEY ("group", model, channel_id));
  CREATE TABLE tokens (id integer PRIMARY KEY, user_id integer, key char(48), status integer DEFAULT 1, name text,
    expired_time integer DEFAULT -1, model_limits_enabled numeric, model_limits varchar(1024) DEFAULT '', "group" text,
    cross_group_retry numeric, auto_groups text, deleted_at datetime);
  CREATE TABLE users (id integer PRIMARY KEY, username text, password text, status integer DEFAULT 1,
    "group" varchar(64) DEFAULT 'default', role integer, deleted_at datetime);
  CREATE TABLE options (key text PRIMARY KEY, value text);
)";

class SqliteLoaderTest : public ::testing::Test {
 protected:
  std::string path() const { return folder_ / "one-api.db"; }
  void Sql(const std::string& sql) { RunSql(path(), sql); }

  // The rows of a file that loads.
  Rows MustLoad(const Wanted& wanted = Wanted::Everything()) {
    Rows rows(path());
    const absl::Status loaded = SqliteLoader(path()).Load(rows, wanted);
    EXPECT_TRUE(loaded.ok()) << loaded;
    return rows;
  }

  // The error of a file that does not, without the folder's name.
  absl::Status LoadError(const std::string& file, const Wanted& wanted = Wanted::Everything()) {
    Rows rows(file);
    return Shortened(SqliteLoader(file).Load(rows, wanted));
  }
  absl::Status LoadError() { return LoadError(path()); }

  absl::Status Shortened(const absl::Status& status) const {
    return {status.code(), Short(std::string(status.message()))};
  }
  std::string Short(std::string text) const {
    const std::string prefix = folder_.path() + "/";
    for (std::size_t at; (at = text.find(prefix)) != std::string::npos;) text.erase(at, prefix.size());
    return text;
  }

  std::vector<std::string> RejectionTexts(const Rows& rows) const {
    std::vector<std::string> texts;
    for (const Rejection& rejection : rows.rejections()) texts.push_back(Short(rejection.Text()));
    return texts;
  }

  ScratchFolder folder_;
};

}  // namespace pointsman

#endif  // POINTSMAN_TESTS_SUPPORT_SQLITE_LOADER_FIXTURE_H_
