// The columns that pointsman reads, table by table, whatever the database: what is not named here is never asked for.
// Secrets (`key` of channels and tokens, `base_url`, overrides, settings) are not; `options.key` is the name of an
// option.
//
// Thread safety: immutable.
#ifndef POINTSMAN_SRC_LOAD_SQL_TABLE_COLUMNS_H_
#define POINTSMAN_SRC_LOAD_SQL_TABLE_COLUMNS_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "pointsman/rows.h"

namespace pointsman::inline v0 {

// Numbers: a key must have a value. A flag is a number that some writers spell 'true' or 'false'.
enum class ColumnKind : std::uint8_t { kNumber, kFlag, kText };

// A column and the member of the row that takes it. A plain member (no Field) belongs to the primary key, cannot be
// NULL, and without its column the table is not a gateway's.
template <class Row>
struct Column {
  using Member = std::variant<std::int64_t Row::*, IntField Row::*, std::string_view Row::*, TextField Row::*>;

  std::string_view name;
  Member member;
  ColumnKind kind = ColumnKind::kText;
  bool in_key = false;

  constexpr bool is_required() const {
    return std::holds_alternative<std::int64_t Row::*>(member) ||
           std::holds_alternative<std::string_view Row::*>(member);
  }
};

inline constexpr Column<ChannelRow> kChannelColumns[] = {
    {"id", &ChannelRow::id, ColumnKind::kNumber, true},
    {"name", &ChannelRow::name},
    {"type", &ChannelRow::type, ColumnKind::kNumber},
    {"status", &ChannelRow::status, ColumnKind::kNumber},
    {"group", &ChannelRow::groups},
    {"models", &ChannelRow::models},
    {"priority", &ChannelRow::priority, ColumnKind::kNumber},
    {"weight", &ChannelRow::weight, ColumnKind::kNumber},
    {"tag", &ChannelRow::tag},
    {"model_mapping", &ChannelRow::model_mapping},
    {"channel_info", &ChannelRow::channel_info},
    {"other_info", &ChannelRow::other_info},
};

inline constexpr Column<AbilityRow> kAbilityColumns[] = {
    {"group", &AbilityRow::group, ColumnKind::kText, true},
    {"model", &AbilityRow::model, ColumnKind::kText, true},
    {"channel_id", &AbilityRow::channel_id, ColumnKind::kNumber, true},
    {"enabled", &AbilityRow::enabled, ColumnKind::kFlag},
    {"priority", &AbilityRow::priority, ColumnKind::kNumber},
    {"weight", &AbilityRow::weight, ColumnKind::kNumber},
    {"tag", &AbilityRow::tag},
};

inline constexpr Column<TokenRow> kTokenColumns[] = {
    {"id", &TokenRow::id, ColumnKind::kNumber, true},
    {"user_id", &TokenRow::user_id, ColumnKind::kNumber},
    {"name", &TokenRow::name},
    {"status", &TokenRow::status, ColumnKind::kNumber},
    {"group", &TokenRow::group},
    {"expired_time", &TokenRow::expired_time, ColumnKind::kNumber},
    {"model_limits_enabled", &TokenRow::model_limits_enabled, ColumnKind::kFlag},
    {"model_limits", &TokenRow::model_limits},
    {"cross_group_retry", &TokenRow::cross_group_retry, ColumnKind::kFlag},
    {"auto_groups", &TokenRow::auto_groups},
};

inline constexpr Column<UserRow> kUserColumns[] = {
    {"id", &UserRow::id, ColumnKind::kNumber, true},
    {"username", &UserRow::username},
    {"status", &UserRow::status, ColumnKind::kNumber},
    {"group", &UserRow::group},
};

inline constexpr Column<OptionRow> kOptionColumns[] = {
    {"key", &OptionRow::key, ColumnKind::kText, true},
    {"value", &OptionRow::value},
};

// Rows of tokens and users in which this column has a value are deleted and skipped.
inline constexpr std::string_view kDeletedAt = "deleted_at";
constexpr bool MayBeSoftDeleted(SourceTable table) {
  return table == SourceTable::kTokens || table == SourceTable::kUsers;
}

// Calls visit(table, its columns) for every table, in the order in which they are read.
template <class Visit>
constexpr void ForEachTable(Visit&& visit) {
  visit(SourceTable::kChannels, std::span<const Column<ChannelRow>>(kChannelColumns));
  visit(SourceTable::kAbilities, std::span<const Column<AbilityRow>>(kAbilityColumns));
  visit(SourceTable::kTokens, std::span<const Column<TokenRow>>(kTokenColumns));
  visit(SourceTable::kUsers, std::span<const Column<UserRow>>(kUserColumns));
  visit(SourceTable::kOptions, std::span<const Column<OptionRow>>(kOptionColumns));
}

// The names of all columns of a table that a load reads, where the database has them: what grants have to cover.
inline std::vector<std::string_view> ColumnsRead(SourceTable wanted) {
  std::vector<std::string_view> names;
  ForEachTable([&](SourceTable table, auto columns) {
    if (table != wanted) return;
    for (const auto& column : columns) names.push_back(column.name);
  });
  if (MayBeSoftDeleted(wanted)) names.push_back(kDeletedAt);
  return names;
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_SQL_TABLE_COLUMNS_H_
