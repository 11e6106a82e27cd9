#include "rows/json_cell.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace pointsman::inline v0 {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr int kDeepest = 64;

void AppendUtf8(std::uint32_t character, std::string& to) {
  const auto add = [&](std::uint32_t byte) { to += static_cast<char>(byte); };
  const auto add_rest = [&](int shift) { add(0x80 | (character >> shift & 0x3f)); };
  if (character < 0x80) return add(character);
  if (character < 0x800) {
    add(0xc0 | character >> 6);
  } else if (character < 0x10000) {
    add(0xe0 | character >> 12);
    add_rest(6);
  } else {
    add(0xf0 | character >> 18);
    add_rest(12);
    add_rest(6);
  }
  add_rest(0);
}

bool IsOfNumber(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'; }

}  // namespace

bool JsonCell::TakeWord(std::string_view word) {
  SkipBlanks();
  if (!text_.starts_with(word)) return false;
  text_.remove_prefix(word.size());
  return true;
}

bool JsonCell::ReadString(std::string& value) {
  if (!Take('"')) return false;
  while (!text_.empty() && text_.front() != '"') {
    const char c = Next();
    if (static_cast<unsigned char>(c) < 0x20) return false;
    if (c != '\\') {
      value += c;
    } else if (!ReadEscape(value)) {
      return false;
    }
  }
  if (text_.empty()) return false;
  text_.remove_prefix(1);
  return true;
}

bool JsonCell::ReadEscape(std::string& value) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (text_.empty()) return false;
  const char letter = Next();
  if (letter == 'u') return ReadCharacter(value);
  const std::size_t at = kLetters.find(letter);
  if (at == std::string_view::npos) return false;
  value += kMeanings[at];
  return true;
}

// What follows \u; above U+FFFF there are two of them.
bool JsonCell::ReadCharacter(std::string& value) {
  std::uint32_t high = 0;
  if (!ReadHex(high)) return false;
  if (high < 0xd800 || high > 0xdfff) {
    AppendUtf8(high, value);
    return true;
  }
  std::uint32_t low = 0;
  if (high > 0xdbff || !text_.starts_with("\\u")) return false;
  text_.remove_prefix(2);
  if (!ReadHex(low) || low < 0xdc00 || low > 0xdfff) return false;
  AppendUtf8(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), value);
  return true;
}

bool JsonCell::ReadHex(std::uint32_t& number) {
  constexpr std::size_t kDigits = 4;
  if (text_.size() < kDigits) return false;
  const char* const begin = text_.data();
  const char* const end = begin + kDigits;
  const auto [behind, error] = std::from_chars(begin, end, number, 16);
  if (error != std::errc() || behind != end) return false;
  text_.remove_prefix(kDigits);
  return true;
}

std::optional<std::int64_t> JsonCell::ReadInteger() {
  SkipBlanks();
  std::int64_t number = 0;
  const auto [behind, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
  if (error != std::errc()) return std::nullopt;
  text_.remove_prefix(static_cast<std::size_t>(behind - text_.data()));
  if (!text_.empty() && IsOfNumber(text_.front())) return std::nullopt;
  return number;
}

std::optional<bool> JsonCell::ReadFlag() {
  if (TakeWord("true")) return true;
  return TakeWord("false") ? std::optional(false) : std::nullopt;
}

bool JsonCell::Skip(int depth) {
  if (depth > kDeepest) return false;
  std::string unused;
  switch (Peek()) {
    case '{': return ReadObject([&](const std::string&) { return Skip(depth + 1); });
    case '[': return ReadArray([&] { return Skip(depth + 1); });
    case '"': return ReadString(unused);
    case 't': return TakeWord("true");
    case 'f': return TakeWord("false");
    case 'n': return TakeWord("null");
    default: return SkipNumber();
  }
}

bool JsonCell::SkipNumber() {
  double number = 0;
  const auto [behind, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
  if (error == std::errc::invalid_argument) return false;
  text_.remove_prefix(static_cast<std::size_t>(behind - text_.data()));
  return true;
}

bool JsonCell::AtEnd() {
  SkipBlanks();
  return text_.empty();
}

char JsonCell::Peek() {
  SkipBlanks();
  return text_.empty() ? '\0' : text_.front();
}

bool JsonCell::Take(char wanted) {
  if (Peek() != wanted || text_.empty()) return false;
  text_.remove_prefix(1);
  return true;
}

char JsonCell::Next() {
  const char c = text_.front();
  text_.remove_prefix(1);
  return c;
}

void JsonCell::SkipBlanks() { text_.remove_prefix(std::min(text_.find_first_not_of(kBlanks), text_.size())); }

}  // namespace pointsman::inline v0
