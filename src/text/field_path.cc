#include "text/field_path.h"

#include <algorithm>

#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

bool IsPlain(std::string_view key) {
  return !key.empty() && key.size() <= kShownNameBytes && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace

std::string MemberPath(std::string_view path, std::string_view key) {
  std::string member(path);
  if (IsPlain(key)) {
    member += '.';
    member += key;
  } else {
    member += '[';
    member += Quoted(key);
    member += ']';
  }
  return member;
}

std::string ItemPath(std::string_view path, std::size_t index) {
  std::string item(path);
  item += '[';
  item += std::to_string(index);
  item += ']';
  return item;
}

}  // namespace pointsman::inline v0
