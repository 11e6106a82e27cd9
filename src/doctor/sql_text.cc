#include "doctor/sql_text.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

// SQLite refuses expressions nested more than 1000 deep, and each || nests.
constexpr std::size_t kMaxSqlitePieces = 32;

// A character, or one byte that belongs to none.
struct Character {
  std::string_view bytes;
  bool valid = true;

  // Quotes and backslashes are a matter of each dialect.
  bool is_plain() const { return valid && !IsTreacherous(CodePoint(bytes)); }
};

std::vector<Character> Characters(std::string_view text) {
  std::vector<Character> characters;
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    const std::size_t step = length == 0 ? 1 : length;
    characters.push_back({.bytes = text.substr(0, step), .valid = length != 0});
    text.remove_prefix(step);
  }
  return characters;
}

std::string Hex(std::string_view text) { return absl::BytesToHexString(std::string(text)); }

// Doubles each `quote`: what all dialects do inside quotes.
void AppendDoubling(std::string_view bytes, char quote, std::string& out) {
  for (const char byte : bytes) {
    if (byte == quote) out += quote;
    out += byte;
  }
}

std::string PlainLiteral(std::string_view text) {
  std::string out = "'";
  AppendDoubling(text, '\'', out);
  return out + "'";
}

// SQLite has no escapes inside a literal: what is not plain stands between literals as char(...).
std::string SqliteText(const std::vector<Character>& characters) {
  std::string out;
  std::string literal;
  const auto append = [&out](const std::string& piece) { out += (out.empty() ? "" : "||") + piece; };
  for (const Character& character : characters) {
    if (character.is_plain()) {
      literal += character.bytes;
      continue;
    }
    if (!literal.empty()) append(PlainLiteral(literal));
    literal.clear();
    append(absl::StrCat("char(", CodePoint(character.bytes), ")"));
  }
  if (!literal.empty()) append(PlainLiteral(literal));
  return out;
}

std::string PostgresqlText(const std::vector<Character>& characters) {
  std::string out = "E'";
  for (const Character& character : characters) {
    if (character.bytes == "\\") {
      out += "\\\\";
    } else if (character.is_plain()) {
      AppendDoubling(character.bytes, '\'', out);
    } else if (const std::uint32_t code = CodePoint(character.bytes); code <= 0xffff) {
      absl::StrAppend(&out, "\\u", absl::Hex(code, absl::kZeroPad4));
    } else {
      absl::StrAppend(&out, "\\U", absl::Hex(code, absl::kZeroPad8));
    }
  }
  return out + "'";
}

}  // namespace

absl::StatusOr<std::string> SqlText(std::string_view text, Dialect dialect) {
  if (text.find('\0') != std::string_view::npos) {
    return absl::InvalidArgumentError("text with a NUL byte has no SQL literal: " + Quoted(text));
  }
  const std::vector<Character> characters = Characters(text);
  bool valid = true;
  std::size_t special = 0;
  for (const Character& character : characters) {
    valid = valid && character.valid;
    const bool plain = character.is_plain() && (dialect == Dialect::kSqlite || character.bytes != "\\");
    if (!plain) ++special;
  }
  if (dialect == Dialect::kSqlite && (!valid || special > kMaxSqlitePieces))
    return "CAST(x'" + Hex(text) + "' AS TEXT)";
  if (!valid) {
    return absl::InvalidArgumentError("text that is not UTF-8 has no " + std::string(DialectName(dialect)) +
                                      " literal: " + Quoted(text));
  }
  if (special == 0) return PlainLiteral(text);
  switch (dialect) {
    case Dialect::kSqlite: return SqliteText(characters);
    case Dialect::kPostgresql: return PostgresqlText(characters);
    case Dialect::kMysql: return "_utf8mb4 X'" + Hex(text) + "'";
  }
  return absl::InvalidArgumentError("unknown SQL dialect");
}

std::string SqlName(std::string_view name, Dialect dialect) {
  const char quote = dialect == Dialect::kMysql ? '`' : '"';
  std::string out(1, quote);
  AppendDoubling(name, quote, out);
  return out + quote;
}

}  // namespace pointsman::inline v0
