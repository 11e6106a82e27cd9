#include "text/printable.h"

#include <cstdint>

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

std::uint32_t Decode(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i])); };
  switch (character.size()) {
    case 2: return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
    case 3: return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    case 4: return (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
    default: return byte(0);
  }
}

// Characters that are invisible or that reorder, break or hide what stands around them.
bool IsTreacherous(std::uint32_t code) {
  return (code >= 0x80 && code <= 0x9f) || code == 0xad || code == 0x61c || code == 0x180e ||
         (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb) ||
         (code >= 0xe0000 && code <= 0xe007f);
}

void AppendCharacter(std::string_view character, std::string& out) {
  const std::uint32_t code = Decode(character);
  if (character.size() == 1) {
    if (code == '"' || code == '\\') {
      out += '\\';
      out += character;
    } else if (code < 0x20 || code == 0x7f) {
      AppendByteEscape(static_cast<unsigned char>(code), out);
    } else {
      out += character;
    }
  } else if (IsTreacherous(code)) {
    AppendCodePointEscape(code, out);
  } else {
    out += character;
  }
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

std::string Printable(std::string_view text, std::size_t max_bytes) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = Utf8Length(text.substr(at, 4));
    const std::size_t step = length == 0 ? 1 : length;
    if (at + step > max_bytes) {
      out += "…(" + std::to_string(text.size()) + " bytes)";
      break;
    }
    if (length == 0) {
      AppendByteEscape(static_cast<unsigned char>(text[at]), out);
    } else {
      AppendCharacter(text.substr(at, length), out);
    }
    at += step;
  }
  return out;
}

std::string Quoted(std::string_view text, std::size_t max_bytes) {
  std::string out = "\"";
  out += Printable(text, max_bytes);
  out += '"';
  return out;
}

}  // namespace pointsman::inline v0
