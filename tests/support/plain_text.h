// WhatIsWrong: whether a text may be shown to a person, whatever names it speaks of: valid UTF-8, no control character
// but the end of a line, nothing that a terminal or a browser would obey, reorder or hide, and bounded.
//
//   EXPECT_EQ(WhatIsWrong(message), "");
//
// Written apart from the library's own escaping, and by ranges instead of its list.
#ifndef POINTSMAN_TESTS_SUPPORT_PLAIN_TEXT_H_
#define POINTSMAN_TESTS_SUPPORT_PLAIN_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace pointsman::testing {

// Takes a character off the front; 0xffffffff where the bytes there are none.
inline std::uint32_t TakeCharacter(std::string_view& text) {
  constexpr std::uint32_t kNone = 0xffffffffu;
  const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = at(0);
  const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
  if (length == 0 || length > text.size()) return kNone;
  std::uint32_t code = length == 1 ? lead : lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (at(i) >> 6 != 2) return kNone;
    code = code << 6 | (at(i) & 0x3f);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return kNone;
  text.remove_prefix(length);
  return code;
}

// What Unicode says is to be drawn as nothing (Default_Ignorable_Code_Point), row by row and plane by plane.
inline bool IsInvisible(std::uint32_t code) {
  const std::uint32_t cell = code & 0xff;
  switch (code >> 8) {
    case 0x00: return code == 0xad;
    case 0x03: return cell == 0x4f;
    case 0x06: return cell == 0x1c;
    case 0x11: return cell == 0x5f || cell == 0x60;
    case 0x17: return cell == 0xb4 || cell == 0xb5;
    case 0x18: return cell > 0x0a && cell < 0x10;
    case 0x20: return cell >> 4 == 6 || (cell > 0x0a && cell < 0x10) || (cell > 0x29 && cell < 0x2f);
    case 0x31: return cell == 0x64;
    case 0xfe: return cell < 0x10 || cell == 0xff;
    case 0xff: return cell == 0xa0 || (cell > 0xef && cell < 0xf9);
    case 0x1bc: return cell >> 2 == 0xa0 >> 2;
    case 0x1d1: return cell > 0x72 && cell < 0x7b;
    default: return code >> 12 == 0xe0;
  }
}

inline bool IsObeyed(std::uint32_t code) {
  const bool control = (code < 0x20 && code != '\n') || (code >= 0x7f && code <= 0x9f);
  const bool direction = code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
                         (code >= 0x2066 && code <= 0x2069);
  const bool breaks = code == 0x2028 || code == 0x2029 || (code >= 0xfff9 && code <= 0xfffb);
  return control || direction || breaks || IsInvisible(code);
}

// Empty where nothing is.
inline std::string WhatIsWrong(std::string_view text, std::size_t most_bytes = 64 * 1024) {
  if (text.size() > most_bytes) return "it has " + std::to_string(text.size()) + " bytes";
  const std::size_t whole = text.size();
  while (!text.empty()) {
    const std::size_t at = whole - text.size();
    const std::uint32_t code = TakeCharacter(text);
    if (code == 0xffffffffu) return "byte " + std::to_string(at) + " is no UTF-8";
    if (!IsObeyed(code)) continue;
    char name[16];
    std::snprintf(name, sizeof name, "U+%04X", static_cast<unsigned>(code));
    return std::string(name) + " at byte " + std::to_string(at);
  }
  return "";
}

// JSON may hold any character but those of control, as they are; bytes that are none have to be something else.
inline bool IsPlainJson(std::string_view text) {
  while (!text.empty()) {
    const std::uint32_t code = TakeCharacter(text);
    if (code == 0xffffffffu || (code < 0x20 && code != '\n')) return false;
  }
  return true;
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_PLAIN_TEXT_H_
