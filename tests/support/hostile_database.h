// A gateway's database in which somebody has such a name, beside a channel that serves.
#ifndef POINTSMAN_TESTS_SUPPORT_HOSTILE_DATABASE_H_
#define POINTSMAN_TESTS_SUPPORT_HOSTILE_DATABASE_H_

#include <array>
#include <cstdio>
#include <string>

#include "support/scratch_database.h"

namespace pointsman::testing {

// As SQL takes any bytes.
inline std::string BytesLiteral(const std::string& bytes) {
  std::string hex;
  for (const char c : bytes) {
    std::array<char, 3> digits;
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    hex += digits.data();
  }
  return "CAST(x'" + hex + "' AS TEXT)";
}

// All columns that are ever read.
inline constexpr char kGatewayTables[] = R"(
  CREATE TABLE channels (id integer PRIMARY KEY, name text, type integer, status integer, "group" text, models text,
    priority integer, weight integer, tag text, model_mapping text, channel_info text, other_info text);
  CREATE TABLE abilities ("group" text, model text, channel_id integer, enabled numeric, priority integer,
    weight integer, tag text);
  CREATE TABLE tokens (id integer PRIMARY KEY, user_id integer, name text, status integer, "group" text,
    expired_time integer, model_limits_enabled numeric, model_limits text, cross_group_retry numeric, auto_groups text,
    deleted_at text);
  CREATE TABLE users (id integer PRIMARY KEY, username text, status integer, "group" text, deleted_at text);
  CREATE TABLE options ("key" text PRIMARY KEY, value text);)";

// The rows of such a database; one statement after another.
inline std::string HostileRows(const std::string& name) {
  std::string sql = R"(
    INSERT INTO channels VALUES (1, 'one', 1, 1, 'g', 'm', 0, 1, NULL, NULL, NULL, NULL),
      (2, $n, 1, 1, $n, $n, 0, 1, $n, NULL, NULL, NULL), (3, $n, 1, 1, 'g', 'm', 0, 1, $n, $n, $n, $n);
    INSERT INTO abilities VALUES ('g', 'm', 1, 1, 0, 1, NULL), ('g', 'm', 3, 1, 0, 1, $n), ($n, $n, 2, 1, 0, 1, $n),
      ($n, 'm', 99, 1, 0, 1, NULL);
    INSERT INTO users VALUES (7, $n, 1, $n, NULL);
    INSERT INTO tokens VALUES (1, 7, $n, 1, $n, -1, 1, $n, 0, $n, NULL), (2, 7, $n, 1, '', -1, 0, '', 0, '', NULL);
    INSERT INTO options VALUES ('AutoGroups', $n), ('GroupRatio', $n);)";
  const std::string literal = BytesLiteral(name);
  for (std::size_t at = sql.find("$n"); at != sql.npos; at = sql.find("$n", at + literal.size())) {
    sql.replace(at, 2, literal);
  }
  return sql;
}

inline std::string HostileDatabase(const std::string& path, const std::string& name) {
  RunSql(path, kGatewayTables + HostileRows(name));
  return path;
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_HOSTILE_DATABASE_H_
