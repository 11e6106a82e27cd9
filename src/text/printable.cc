#include "text/printable.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace pointsman::inline v0 {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void AppendByteEscape(unsigned char byte, std::string& out) {
  out += "\\x";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

void AppendCodePointEscape(std::uint32_t code, std::string& out) {
  out += "\\u{";
  int shift = 20;
  while (shift > 8 && (code >> shift & 15) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) out += kHex[code >> shift & 15];
  out += '}';
}

struct Range {
  std::uint32_t first, last;
};

// What nothing is drawn for: the property Default_Ignorable_Code_Point of Unicode 14.0 (DerivedCoreProperties.txt).
constexpr Range kIgnorable[] = {
    {0x00ad, 0x00ad},    // soft hyphen
    {0x034f, 0x034f},    // combining grapheme joiner
    {0x061c, 0x061c},    // Arabic letter mark
    {0x115f, 0x1160},    // Hangul fillers
    {0x17b4, 0x17b5},    // Khmer inherent vowels
    {0x180b, 0x180f},    // Mongolian variation selectors, vowel separator
    {0x200b, 0x200f},    // zero width space and joiners, direction marks
    {0x202a, 0x202e},    // embeddings and overrides of direction
    {0x2060, 0x206f},    // word joiner, invisible operators, isolates, deprecated formats
    {0x3164, 0x3164},    // Hangul filler
    {0xfe00, 0xfe0f},    // variation selectors: also the one that makes an emoji of a sign
    {0xfeff, 0xfeff},    // byte order mark
    {0xffa0, 0xffa0},    // halfwidth Hangul filler
    {0xfff0, 0xfff8},    // unassigned
    {0x1bca0, 0x1bca3},  // shorthand format controls
    {0x1d173, 0x1d17a},  // beams, ties, slurs and phrases of music
    {0xe0000, 0xe0fff},  // tags, more variation selectors, unassigned
};

// What else acts on its surroundings instead of being seen.
constexpr Range kActing[] = {
    {0x0000, 0x001f},  // controls
    {0x007f, 0x009f},  // delete, and more controls
    {0x2028, 0x2029},  // separators of lines and paragraphs
    {0xfff9, 0xfffb},  // interlinear annotations
};

bool Contains(std::span<const Range> ranges, std::uint32_t code) {
  const auto found = std::ranges::lower_bound(ranges, code, {}, &Range::last);
  return found != ranges.end() && found->first <= code;
}

void AppendCharacter(std::string_view character, std::string& out) {
  const std::uint32_t code = CodePoint(character);
  if (!IsTreacherous(code)) {
    out += character;
  } else if (character.size() == 1) {
    AppendByteEscape(static_cast<unsigned char>(code), out);
  } else {
    AppendCodePointEscape(code, out);
  }
}

// Escapes what is treacherous, and puts a backslash before each of `marked`; lets `kept` pass.
std::string Escaped(std::string_view text, std::size_t max_bytes, std::string_view marked, std::string_view kept) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = Utf8Length(text.substr(at, 4));
    const std::size_t step = length == 0 ? 1 : length;
    if (at + step > max_bytes) {
      out += "…(" + std::to_string(text.size()) + " bytes)";
      break;
    }
    const char first = text[at];
    if (marked.find(first) != marked.npos) out += '\\';
    if (length == 0) {
      AppendByteEscape(static_cast<unsigned char>(first), out);
    } else if (kept.find(first) != kept.npos) {
      out += first;
    } else {
      AppendCharacter(text.substr(at, length), out);
    }
    at += step;
  }
  return out;
}

}  // namespace

std::size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf5 ? 0 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xed && byte(1) >= 0xa0;
  const bool beyond = lead == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

std::uint32_t CodePoint(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i])); };
  switch (character.size()) {
    case 2: return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
    case 3: return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    case 4: return (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
    default: return byte(0);
  }
}

bool IsTreacherous(std::uint32_t code) {
  if (code >= 0x20 && code < 0x7f) return false;
  return Contains(kIgnorable, code) || Contains(kActing, code);
}

std::string Printable(std::string_view text, std::size_t max_bytes) { return Escaped(text, max_bytes, "\"\\", ""); }

std::string Plain(std::string_view text, std::size_t max_bytes) { return Escaped(text, max_bytes, "", "\n"); }

std::string PlainLine(std::string_view text, std::size_t max_bytes) {
  std::string line = Plain(text, max_bytes);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

std::string Quoted(std::string_view text, std::size_t max_bytes) {
  std::string out = "\"";
  out += Printable(text, max_bytes);
  out += '"';
  return out;
}

}  // namespace pointsman::inline v0
