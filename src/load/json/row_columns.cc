#include "load/json/row_columns.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace pointsman::inline v0 {
namespace {

using enum ColumnKind;
using Kind = JsonScalar::Kind;

constexpr std::array kChannelColumns = {
    Column{"id", kId},      Column{"name", kText},          Column{"type", kInteger},      Column{"status", kInteger},
    Column{"group", kList}, Column{"models", kList},        Column{"priority", kInteger},  Column{"weight", kInteger},
    Column{"tag", kText},   Column{"model_mapping", kJson}, Column{"channel_info", kJson}, Column{"other_info", kJson},
};
constexpr std::array kAbilityColumns = {
    Column{"group", kText},       Column{"model", kText},     Column{"channel_id", kId}, Column{"enabled", kFlag},
    Column{"priority", kInteger}, Column{"weight", kInteger}, Column{"tag", kText},
};
constexpr std::array kTokenColumns = {
    Column{"id", kId},
    Column{"user_id", kInteger},
    Column{"name", kText},
    Column{"status", kInteger},
    Column{"group", kText},
    Column{"expired_time", kInteger},
    Column{"model_limits_enabled", kFlag},
    Column{"model_limits", kList},
    Column{"cross_group_retry", kFlag},
    Column{"auto_groups", kJson},
    Column{"deleted_at", kDeleted},
};
constexpr std::array kUserColumns = {
    Column{"id", kId},      Column{"username", kText},      Column{"status", kInteger},
    Column{"group", kText}, Column{"deleted_at", kDeleted},
};
constexpr std::array kOptionColumns = {Column{"key", kName}, Column{"value", kJson}};

constexpr std::array kTables = {SourceTable::kChannels, SourceTable::kAbilities, SourceTable::kTokens,
                                SourceTable::kUsers, SourceTable::kOptions};

std::string_view Wanted(ColumnKind kind) {
  switch (kind) {
    case kId:
    case kInteger: return "a whole number";
    case kFlag: return "true or false";
    case kName:
    case kText: return "text";
    case kList: return "text with commas";
    case kJson: return "JSON";
    case kDeleted: return "anything";
  }
  return "anything";
}

std::string_view Cure(ColumnKind kind) {
  switch (kind) {
    case kId: return "write the id as the database has it, such as 8";
    case kInteger: return "write a whole number such as 10";
    case kFlag: return "write true or false";
    case kName:
    case kText: return "write it in double quotes";
    case kList: return "write a comma list in double quotes, such as \"a,b\"";
    case kJson: return "write JSON text in double quotes, an object or a list";
    case kDeleted: return "";
  }
  return "";
}

Complaint Mismatch(const Column& column, const std::string& shown) {
  return {.problem = std::string(column.name) + " is " + shown + ", not " + std::string(Wanted(column.kind)),
          .cure = std::string(Cure(column.kind))};
}

bool IsWholeNumber(std::string_view text) {
  std::int64_t number = 0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [stopped, error] = std::from_chars(begin, end, number);
  return error == std::errc() && stopped == end;
}

// 2.0 is a whole number. From 2^53 on a fraction or an exponent cannot be told from its neighbours.
Complaint JudgeReal(const Column& column, const JsonScalar& value, std::int64_t& integer) {
  constexpr double kExact = 9007199254740992.0;
  if (std::trunc(value.real) != value.real) return Mismatch(column, value.Shown());
  if (std::abs(value.real) < kExact) {
    integer = static_cast<std::int64_t>(value.real);
    return {};
  }
  const std::string name_is = std::string(column.name) + " is " + value.Shown();
  constexpr double kTwoTo63 = 9223372036854775808.0;
  const bool digits_only = value.text.find_first_of(".eE") == std::string_view::npos;
  if (digits_only || value.real >= kTwoTo63 || value.real < -kTwoTo63) {
    return {.problem = name_is + ", which 64 bits with a sign cannot hold",
            .cure = "write a number from -9223372036854775808 to 9223372036854775807"};
  }
  return {.problem = name_is + ", too large to be exact in this form", .cure = "write all its digits"};
}

Complaint JudgeNumber(const Column& column, const JsonScalar& value, std::int64_t& integer) {
  switch (value.kind) {
    case Kind::kInteger: integer = value.integer; return {};
    case Kind::kReal: return JudgeReal(column, value, integer);
    case Kind::kBoolean:
      if (column.kind != kFlag) break;
      integer = value.boolean ? 1 : 0;
      return {};
    case Kind::kText:
      if (column.kind == kFlag || !IsWholeNumber(value.text)) break;
      return {.problem = Mismatch(column, value.Shown()).problem,
              .cure = "write " + std::string(value.text) + " without the quotes"};
    case Kind::kNull: break;
  }
  return Mismatch(column, value.Shown());
}

bool HoldsNumber(ColumnKind kind) { return kind == kId || kind == kInteger || kind == kFlag; }

}  // namespace

std::span<const Column> ColumnsOf(SourceTable table) {
  switch (table) {
    case SourceTable::kChannels: return kChannelColumns;
    case SourceTable::kAbilities: return kAbilityColumns;
    case SourceTable::kTokens: return kTokenColumns;
    case SourceTable::kUsers: return kUserColumns;
    case SourceTable::kOptions: return kOptionColumns;
  }
  return {};
}

std::span<const std::string_view> TableNames() {
  static const auto names = [] {
    std::array<std::string_view, kTables.size()> all;
    std::transform(kTables.begin(), kTables.end(), all.begin(), TableName);
    return all;
  }();
  return names;
}

std::optional<SourceTable> FindTable(std::string_view name) {
  const auto* found =
      std::find_if(kTables.begin(), kTables.end(), [&](SourceTable table) { return TableName(table) == name; });
  if (found == kTables.end()) return std::nullopt;
  return *found;
}

Complaint JudgeScalar(const Column& column, const JsonScalar& value, std::int64_t& integer) {
  if (column.kind == kDeleted) return {};
  if (!HoldsNumber(column.kind)) {
    if (value.kind == Kind::kText) return {};
    // An option's value may be a secret: its kind is said, never itself.
    return Mismatch(column, std::string(value.KindName()));
  }
  Complaint complaint = JudgeNumber(column, value, integer);
  if (complaint.empty() && column.kind == kFlag && integer != 0 && integer != 1) return Mismatch(column, value.Shown());
  return complaint;
}

Complaint JudgeNull(const Column& column) {
  if (column.kind == kId) return {.problem = std::string(column.name) + " is NULL", .cure = std::string(Cure(kId))};
  if (column.kind == kName) return {.problem = std::string(column.name) + " is NULL", .cure = "write its name"};
  return {};
}

Complaint JudgeNested(const Column& column, JsonNest nest) {
  if (column.kind == kJson || column.kind == kDeleted) return {};
  return Mismatch(column, nest == JsonNest::kList ? "a list" : "an object");
}

Complaint MissingColumn(const Column& column) {
  return {.problem = std::string(column.name) + " is missing",
          .cure = column.kind == kName ? "write its name" : std::string(Cure(column.kind))};
}

}  // namespace pointsman::inline v0
