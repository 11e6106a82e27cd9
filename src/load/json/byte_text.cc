#include "load/json/byte_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

// U+10FF80 .. U+10FFFF in UTF-8: F4 8F BE 80 .. F4 8F BF BF.
constexpr std::string_view kStandInBegin = "\xf4\x8f";

bool IsStandIn(std::string_view character) {
  return character.size() == 4 && character.starts_with(kStandInBegin) &&
         static_cast<unsigned char>(character[2]) >= 0xbe;
}

void AppendStandIn(char byte, std::string& text) {
  const auto value = static_cast<unsigned char>(byte);
  text += kStandInBegin;
  text += static_cast<char>(value < 0xc0 ? 0xbe : 0xbf);
  text += static_cast<char>(0x80 | (value & 0x3f));
}

char ByteOf(std::string_view stand_in) {
  const int high = static_cast<unsigned char>(stand_in[2]) == 0xbe ? 0x80 : 0xc0;
  return static_cast<char>(high | (static_cast<unsigned char>(stand_in[3]) & 0x3f));
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::vector<std::string> TextsOf(const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  texts.reserve(names.size());
  for (const std::string& name : names) texts.push_back(TextOfBytes(name));
  return texts;
}

GroupLists TextsOf(const GroupLists& lists) {
  GroupLists texts;
  for (const auto& [name, list] : lists) texts.emplace(TextOfBytes(name), TextsOf(list));
  return texts;
}

void AppendEscaped(char c, std::string& json) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    json += '\\';
    json += c;
  } else if (value < 0x20 || value == 0x7f) {
    json += "\\u00";
    json += kDigits[value >> 4];
    json += kDigits[value & 15];
  } else {
    json += c;
  }
}

}  // namespace

std::string TextOfBytes(std::string_view bytes) {
  if (IsAscii(bytes)) return std::string(bytes);
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = Utf8Length(bytes);
    const std::string_view character = bytes.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0 || IsStandIn(character)) {
      for (const char byte : character) AppendStandIn(byte, text);
    } else {
      text += character;
    }
    bytes.remove_prefix(character.size());
  }
  return text;
}

std::string BytesOfText(std::string_view text) {
  std::string bytes;
  for (;;) {
    const std::size_t next = text.find(kStandInBegin);
    bytes += text.substr(0, next);
    if (next == std::string_view::npos) return bytes;
    text.remove_prefix(next);
    const std::string_view character = text.substr(0, 4);
    if (IsStandIn(character)) {
      bytes += ByteOf(character);
    } else {
      bytes += character;
    }
    text.remove_prefix(character.size());
  }
}

Policy TextOfBytes(const Policy& policy) {
  Policy texts = policy;
  GroupPolicy& groups = texts.groups;
  groups.default_group = TextOfBytes(policy.groups.default_group);
  groups.groups.clear();
  for (const auto& [name, rule] : policy.groups.groups) {
    GroupRule& written = groups.groups[TextOfBytes(name)] = rule;  // whole, so that nothing but texts can differ
    written.aliases = TextsOf(rule.aliases);
    for (Fallback& edge : written.fallback) edge.group = TextOfBytes(edge.group);
  }
  groups.automatic = TextsOf(policy.groups.automatic);
  if (policy.groups.usable) groups.usable = TextsOf(*policy.groups.usable);
  texts.models.normalizer.name = TextOfBytes(policy.models.normalizer.name);
  texts.models.aliases.clear();
  for (const auto& [alias, target] : policy.models.aliases) {
    texts.models.aliases.emplace(TextOfBytes(alias), TextOfBytes(target));
  }
  return texts;
}

void AppendJsonText(std::string_view bytes, std::string& json) {
  json += '"';
  for (const char c : TextOfBytes(bytes)) AppendEscaped(c, json);
  json += '"';
}

}  // namespace pointsman::inline v0
