// TokenQuery: the one statement that finds a token and its owner by key, for the columns that a database has.
//
//   const TokenQuery query(schema, "?1", "?2");        // how the database spells its parameters
//   Prepare(query.sql()); Bind(1, key); Bind(2, WithoutPrefix(key));
//   Caller caller = query.Read(cells, now);            // of the row's cells, as text
//
// Gateways differ in their columns: one-api's tokens have no group at all, and an absent column is not NULL.
//
// Thread safety: immutable.
#ifndef GATEWAY_TOKEN_QUERY_H_
#define GATEWAY_TOKEN_QUERY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/caller.h"
#include "pointsman/schema.h"

namespace gateway {

using Cell = std::optional<std::string>;  // nothing: NULL

// Gateways hand out "sk-" and what the column holds. That alone is nobody's, though a column may be empty.
inline std::string_view WithoutPrefix(std::string_view key) {
  return key.starts_with("sk-") && key.size() > 3 ? key.substr(3) : key;
}

bool IsUtf8(std::string_view text);

class TokenQuery {
 public:
  TokenQuery(const pointsman::Schema& schema, std::string_view parameter, std::string_view other_parameter);

  const std::string& sql() const { return sql_; }
  std::size_t columns() const { return present_.size(); }
  // REQUIRES: cells.size() == columns().
  pointsman::Caller Read(std::span<const Cell> cells, std::int64_t now) const;

 private:
  std::string sql_;
  std::vector<std::size_t> present_;  // of the columns in token_query.cc
};

}  // namespace gateway

#endif  // GATEWAY_TOKEN_QUERY_H_
