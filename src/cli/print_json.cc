#include "cli/print_json.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "text/printable.h"

namespace pointsman::cli {
namespace {

void PrintUnit(std::ostream& out, std::uint32_t unit) {
  std::array<char, 7> text;
  std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(unit & 0xffff));
  out << text.data();
}

void PrintSpelled(std::ostream& out, std::uint32_t code) {
  if (code <= 0xffff) return PrintUnit(out, code);
  PrintUnit(out, 0xd800 + ((code - 0x10000) >> 10));
  PrintUnit(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
}

// How many characters at the front may be printed as they are, in bytes.
std::size_t PlainLength(std::string_view json) {
  std::size_t length = 0;
  while (length < json.size()) {
    const std::size_t step = Utf8Length(json.substr(length, 4));
    if (IsTreacherous(CodePoint(json.substr(length, step)))) break;
    length += step;
  }
  return length;
}

}  // namespace

void PrintJson(std::ostream& out, const nlohmann::ordered_json& document) {
  const std::string json = document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string_view rest = json;
  while (!rest.empty()) {
    const std::size_t plain = PlainLength(rest);
    out << rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    // Only strings hold such characters, so that each can be spelled where it stands.
    const std::size_t treacherous = Utf8Length(rest.substr(0, 4));
    PrintSpelled(out, CodePoint(rest.substr(0, treacherous)));
    rest.remove_prefix(treacherous);
  }
  out << "\n";
}

}  // namespace pointsman::cli
