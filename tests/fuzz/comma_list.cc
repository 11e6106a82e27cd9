// A comma list of names, against splitting as a person would write it down; and names in a JSON array beside it.
#include <algorithm>
#include <vector>

#include "fuzz/bodies.h"
#include "rows/comma_list.h"
#include "rows/name_array.h"

namespace pointsman::fuzz {
namespace {

std::vector<std::string> NaiveSplit(std::string_view list) {
  std::vector<std::string> items(1);
  for (const char c : list) {
    if (c == ',') {
      items.emplace_back();
    } else {
      items.back() += c;
    }
  }
  std::vector<std::string> kept;
  for (std::string& item : items) {
    const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!item.empty() && is_blank(item.front())) item.erase(0, 1);
    while (!item.empty() && is_blank(item.back())) item.pop_back();
    if (!item.empty() && std::find(kept.begin(), kept.end(), item) == kept.end()) kept.push_back(item);
  }
  return kept;
}

}  // namespace

bool CommaList(std::string_view bytes) {
  if (bytes.size() > 4096) return true;  // the naive one is quadratic
  const ItemList items = SplitList(bytes);
  const std::vector<std::string> naive = NaiveSplit(bytes);
  Demand(std::equal(items.begin(), items.end(), naive.begin(), naive.end()), "a list is split as anybody would");
  const auto array = ReadNameArray(bytes);
  if (!array.has_value()) return true;
  std::string written = "[";
  for (const std::string& name : *array) {
    if (written.size() > 1) written += ',';
    written += '"';
    for (const char c : name) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned char>(c));
      if (static_cast<unsigned char>(c) < 0x80) {
        written += escape;
      } else {
        written += c;
      }
    }
    written += '"';
  }
  Demand(ReadNameArray(written + "]") == array, "names of an array written are the names read");
  return true;
}

}  // namespace pointsman::fuzz
