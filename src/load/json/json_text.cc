#include "load/json/json_text.h"

#include <algorithm>

namespace pointsman::inline v0 {
namespace {

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// A quote inside a string has an odd number of backslashes before it; the opening one never has any.
bool IsEscaped(std::string_view text, std::size_t at) {
  std::size_t backslashes = 0;
  while (backslashes < at && text[at - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

std::size_t StringBegin(std::string_view text, std::size_t closing) {
  std::size_t at = closing;
  while (at > 0) {
    --at;
    if (text[at] == '"' && !IsEscaped(text, at)) return at;
  }
  return closing;
}

std::size_t StringEnd(std::string_view text, std::size_t opening) {
  std::size_t at = opening + 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2U : 1U;
  return std::min(at + 1, text.size());
}

std::size_t CommentEnd(std::string_view text, std::size_t begin) {
  const bool block = text.substr(begin, 2) == "/*";
  const std::size_t end = block ? text.find("*/", begin + 2) : text.find_first_of("\r\n", begin);
  if (end == std::string_view::npos) return text.size();
  return block ? end + 2 : end;
}

}  // namespace

TextPosition Locate(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  const std::string_view line = before.substr(line_begin);
  return {.line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          .column = 1 + static_cast<std::size_t>(std::count_if(line.begin(), line.end(), StartsCharacter))};
}

std::string PlacePrefix(std::string_view name, std::string_view text, std::size_t offset) {
  const TextPosition position = Locate(text, offset);
  return std::string(name) + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ": ";
}

std::size_t TokenBegin(std::string_view text, std::size_t end) {
  if (end == 0) return 0;
  std::size_t begin = std::min(end, text.size()) - 1;
  if (text[begin] == '"') return StringBegin(text, begin);
  if (!IsWordByte(text[begin])) return begin;
  while (begin > 0 && IsWordByte(text[begin - 1])) --begin;
  return begin;
}

std::string CompactJson(std::string_view json) {
  std::string compact;
  std::size_t at = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      const std::size_t end = StringEnd(json, at);
      compact += json.substr(at, end - at);
      at = end;
    } else if (c == '/') {
      at = CommentEnd(json, at);
    } else {
      if (c != ' ' && c != '\t' && c != '\r' && c != '\n') compact += c;
      ++at;
    }
  }
  return compact;
}

}  // namespace pointsman::inline v0
