#include "rows/name_array.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace pointsman::inline v0 {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

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

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<std::vector<std::string>> Read() {
    std::vector<std::string> names;
    SkipBlanks();
    if (text_.starts_with("null")) {
      text_.remove_prefix(4);
    } else if (!ReadArray(names)) {
      return std::nullopt;
    }
    SkipBlanks();
    if (!text_.empty()) return std::nullopt;
    return names;
  }

 private:
  bool ReadArray(std::vector<std::string>& names) {
    if (!Take('[')) return false;
    if (Take(']')) return true;
    do {
      if (!ReadString(names.emplace_back())) return false;
    } while (Take(','));
    return Take(']');
  }

  bool ReadString(std::string& name) {
    if (!Take('"')) return false;
    while (!text_.empty() && text_.front() != '"') {
      const char c = Next();
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        name += c;
      } else if (!ReadEscape(name)) {
        return false;
      }
    }
    if (text_.empty()) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool ReadEscape(std::string& name) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (text_.empty()) return false;
    const char letter = Next();
    if (letter == 'u') return ReadCharacter(name);
    const std::size_t at = kLetters.find(letter);
    if (at == std::string_view::npos) return false;
    name += kMeanings[at];
    return true;
  }

  // What follows \u; above U+FFFF there are two of them.
  bool ReadCharacter(std::string& name) {
    std::uint32_t high = 0;
    if (!ReadHex(high)) return false;
    if (high < 0xd800 || high > 0xdfff) {
      AppendUtf8(high, name);
      return true;
    }
    std::uint32_t low = 0;
    if (high > 0xdbff || !text_.starts_with("\\u")) return false;
    text_.remove_prefix(2);
    if (!ReadHex(low) || low < 0xdc00 || low > 0xdfff) return false;
    AppendUtf8(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), name);
    return true;
  }

  bool ReadHex(std::uint32_t& number) {
    constexpr std::size_t kDigits = 4;
    if (text_.size() < kDigits) return false;
    const char* end = text_.data() + kDigits;
    const auto [behind, error] = std::from_chars(text_.data(), end, number, 16);
    if (error != std::errc() || behind != end) return false;
    text_.remove_prefix(kDigits);
    return true;
  }

  char Next() {
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }
  // That character, after blanks.
  bool Take(char wanted) {
    SkipBlanks();
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  void SkipBlanks() { text_.remove_prefix(std::min(text_.find_first_not_of(kBlanks), text_.size())); }

  std::string_view text_;
};

}  // namespace

std::optional<std::vector<std::string>> ReadNameArray(std::string_view text) { return Reader(text).Read(); }

}  // namespace pointsman::inline v0
