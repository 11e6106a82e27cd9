// What the tests of the PostgreSQL loader share: the gateways' tables, a database to put them in, ways to load it.
#ifndef POINTSMAN_TESTS_SUPPORT_POSTGRES_LOADER_FIXTURE_H_
#define POINTSMAN_TESTS_SUPPORT_POSTGRES_LOADER_FIXTURE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "pointsman/load/postgresql.h"
#include "support/postgres_server.h"

namespace pointsman {

// As the gateways' ORM declares them in PostgreSQL.
inline constexpr char kPostgresSchema[] = R"(
  CREATE TABLE channels (id bigserial PRIMARY KEY, type bigint DEFAULT 0, key text NOT NULL DEFAULT 'sk-not-a-real-key',
    open_ai_organization text, test_model text, status bigint DEFAULT 1, name text, weight bigint DEFAULT 0,
    created_time bigint, test_time bigint, response_time bigint, base_url text DEFAULT '', other text,
    balance decimal, balance_updated_time bigint, models text, "group" varchar(64) DEFAULT 'default',
    used_quota bigint DEFAULT 0, model_mapping text, status_code_mapping varchar(1024) DEFAULT '',
    priority bigint DEFAULT 0, auto_ban bigint DEFAULT 1, other_info text, tag text, setting text, param_override text,
    header_override text, remark varchar(255), channel_info json, settings text);
  CREATE TABLE abilities ("group" varchar(64), model varchar(255), channel_id bigint, enabled boolean,
    priority bigint DEFAULT 0, weight bigint DEFAULT 0, tag text, PRIMARY KEY ("group", model, channel_id));
  CREATE TABLE tokens (id bigserial PRIMARY KEY, user_id bigint, key char(48), status bigint DEFAULT 1, name text,
    created_time bigint, accessed_time bigint, expired_time bigint DEFAULT -1, remain_quota bigint DEFAULT 0,
    unlimited_quota boolean, model_limits_enabled boolean DEFAULT false, model_limits varchar(1024) DEFAULT '',
    allow_ips text DEFAULT '', used_quota bigint DEFAULT 0, "group" text, cross_group_retry boolean, auto_groups text,
    deleted_at timestamptz);
  CREATE TABLE users (id bigserial PRIMARY KEY, username text, password text NOT NULL DEFAULT '', display_name text,
    role bigint DEFAULT 1, status bigint DEFAULT 1, email text, access_token char(32), quota bigint DEFAULT 0,
    used_quota bigint DEFAULT 0, request_count bigint DEFAULT 0, "group" varchar(64) DEFAULT 'default',
    aff_code varchar(32), setting text, remark varchar(255), deleted_at timestamptz);
  CREATE TABLE options (key text PRIMARY KEY, value text);
)";

class PostgresLoaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = PostgresServer::Shared();
    if (server_ == nullptr) GTEST_SKIP() << PostgresServer::WhyNone();
    db_ = std::make_unique<PostgresDatabase>(*server_);
  }

  void Sql(const std::string& sql) { db_->Run(sql); }

  // The rows of a database that loads.
  Rows MustLoad(const Wanted& wanted = Wanted::Everything(), const std::string& user = "postgres") {
    Rows rows("db");
    const absl::Status loaded = PostgresqlLoader(db_->uri(user)).Load(rows, wanted);
    EXPECT_TRUE(loaded.ok()) << loaded;
    return rows;
  }

  // The error of one that does not, with the database called "db".
  absl::Status LoadError(const std::string& uri, const Wanted& wanted = Wanted::Everything(),
                         const PostgresqlOptions& options = {}) {
    Rows rows("db");
    PostgresqlLoader loader(uri, options);
    const absl::Status error = loader.Load(rows, wanted);
    return {error.code(), Short(std::string(error.message()), loader.source())};
  }
  absl::Status LoadError() { return LoadError(db_->uri()); }

  static std::string Short(std::string text, const std::string& source) {
    for (std::size_t at; (at = text.find(source)) != std::string::npos;) text.replace(at, source.size(), "db");
    return text;
  }

  std::vector<std::string> RejectionTexts(const Rows& rows) const {
    std::vector<std::string> texts;
    for (const Rejection& rejection : rows.rejections()) {
      texts.push_back(Short(rejection.Text(), PostgresqlLoader(db_->uri()).source()));
    }
    return texts;
  }

  PostgresServer* server_ = nullptr;
  std::unique_ptr<PostgresDatabase> db_;
};

}  // namespace pointsman

#endif  // POINTSMAN_TESTS_SUPPORT_POSTGRES_LOADER_FIXTURE_H_
