#include "token_query.h"

#include <algorithm>
#include <charconv>

#include "pointsman/rows.h"

namespace gateway {
namespace {

struct Found {
  pointsman::TokenRow token;
  pointsman::UserRow owner;
  bool has_owner = false;
};

pointsman::TextField Text(const Cell& cell) {
  if (!cell.has_value()) return nullptr;
  return std::string_view(*cell);
}

// Flags too: PostgreSQL writes t and f.
pointsman::IntField Number(const Cell& cell) {
  if (!cell.has_value()) return nullptr;
  if (*cell == "t") return std::int64_t{1};
  std::int64_t number = 0;
  std::from_chars(cell->data(), cell->data() + cell->size(), number);
  return number;
}

struct Column {
  std::string_view table;  // "tokens" or "users"
  std::string_view name;
  void (*set)(Found& found, const Cell& cell);
};

constexpr Column kColumns[] = {
    {"tokens", "id", [](Found& f, const Cell& c) { f.token.id = Number(c).value_or(0); }},
    {"tokens", "user_id", [](Found& f, const Cell& c) { f.token.user_id = Number(c); }},
    {"tokens", "name", [](Found& f, const Cell& c) { f.token.name = Text(c); }},
    {"tokens", "status", [](Found& f, const Cell& c) { f.token.status = Number(c); }},
    {"tokens", "group", [](Found& f, const Cell& c) { f.token.group = Text(c); }},
    {"tokens", "expired_time", [](Found& f, const Cell& c) { f.token.expired_time = Number(c); }},
    {"tokens", "model_limits_enabled", [](Found& f, const Cell& c) { f.token.model_limits_enabled = Number(c); }},
    {"tokens", "model_limits", [](Found& f, const Cell& c) { f.token.model_limits = Text(c); }},
    {"tokens", "cross_group_retry", [](Found& f, const Cell& c) { f.token.cross_group_retry = Number(c); }},
    {"tokens", "auto_groups", [](Found& f, const Cell& c) { f.token.auto_groups = Text(c); }},
    {"users", "id",
     [](Found& f, const Cell& c) {
       f.has_owner = c.has_value();
       f.owner.id = Number(c).value_or(0);
     }},
    {"users", "status", [](Found& f, const Cell& c) { f.owner.status = Number(c); }},
    {"users", "group", [](Found& f, const Cell& c) { f.owner.group = Text(c); }},
};

bool Has(const pointsman::Schema& schema, std::string_view table, std::string_view column) {
  for (const pointsman::SchemaTable& t : schema.tables) {
    if (t.name != table) continue;
    return std::any_of(t.columns.begin(), t.columns.end(), [&](const auto& c) { return c.name == column; });
  }
  return false;
}

// What the first byte of a character says about the bytes behind it: how many, and the least and most that the first of
// them may be. 0 bytes and no range: it is no first byte.
struct Behind {
  std::size_t count;
  unsigned char least, most;
};

Behind BehindByte(unsigned char first) {
  if (first < 0x80) return {0, 0, 0xff};
  if (first >= 0xc2 && first <= 0xdf) return {1, 0x80, 0xbf};
  if (first >= 0xe0 && first <= 0xef) {
    return {2, static_cast<unsigned char>(first == 0xe0 ? 0xa0 : 0x80),
            static_cast<unsigned char>(first == 0xed ? 0x9f : 0xbf)};
  }
  if (first >= 0xf0 && first <= 0xf4) {
    return {3, static_cast<unsigned char>(first == 0xf0 ? 0x90 : 0x80),
            static_cast<unsigned char>(first == 0xf4 ? 0x8f : 0xbf)};
  }
  return {0, 1, 0};
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    Behind behind = BehindByte(static_cast<unsigned char>(text[i++]));
    if (behind.least > behind.most) return false;
    for (; behind.count > 0; --behind.count, ++i, behind.least = 0x80, behind.most = 0xbf) {
      if (i == text.size()) return false;
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte < behind.least || byte > behind.most) return false;
    }
  }
  return true;
}

TokenQuery::TokenQuery(const pointsman::Schema& schema, std::string_view parameter, std::string_view other_parameter) {
  for (std::size_t i = 0; i < std::size(kColumns); ++i) {
    const Column& column = kColumns[i];
    if (!Has(schema, column.table, column.name)) continue;
    sql_ += (present_.empty() ? "SELECT " : ", ") + std::string(column.table) + ".\"" + std::string(column.name) + "\"";
    present_.push_back(i);
  }
  const auto alive = [&](std::string_view table) {
    return Has(schema, table, "deleted_at") ? " AND " + std::string(table) + ".deleted_at IS NULL" : std::string();
  };
  sql_ += " FROM tokens LEFT JOIN users ON users.id = tokens.user_id" + alive("users") + " WHERE tokens.\"key\" IN (" +
          std::string(parameter) + ", " + std::string(other_parameter) + ")" + alive("tokens") +
          " ORDER BY tokens.id LIMIT 1";
}

pointsman::Caller TokenQuery::Read(std::span<const Cell> cells, std::int64_t now) const {
  Found found;
  for (std::size_t i = 0; i < present_.size(); ++i) kColumns[present_[i]].set(found, cells[i]);
  return pointsman::ResolveCaller(found.token, found.has_owner ? &found.owner : nullptr, now);
}

}  // namespace gateway
