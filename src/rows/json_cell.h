// JsonCell: reads JSON out of a cell of a row, value by value, for what the core itself has to understand: a token's
// list of groups, a channel's mapping of models, the statuses of its keys.
//
//   JsonCell cell(R"({"a": "x", "b": [1, 2]})");
//   const bool good = cell.ReadObject([&](const std::string& name) {
//     return name == "a" ? cell.ReadString(value) : cell.Skip();
//   }) && cell.AtEnd();
//
// Each function reads one thing after blanks and says whether it was there. After the first false nothing is known
// about the rest, and the cell counts as malformed.
//
// Thread safety: thread-compatible. Cost: O(bytes), no allocation but for the strings. Bytes that are no UTF-8 pass.
// Limits: values that are skipped may be nested 64 deep.
#ifndef POINTSMAN_SRC_ROWS_JSON_CELL_H_
#define POINTSMAN_SRC_ROWS_JSON_CELL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pointsman::inline v0 {

class JsonCell {
 public:
  explicit JsonCell(std::string_view text) : text_(text) {}

  bool Take(char wanted);
  bool TakeWord(std::string_view word);  // such as null
  bool ReadString(std::string& value);
  // A whole number of 64 bits, without fraction and exponent.
  std::optional<std::int64_t> ReadInteger();
  std::optional<bool> ReadFlag();
  // Any value.
  bool Skip() { return Skip(0); }
  // Calls visit(name), which reads the member's value and says whether it could.
  template <class Visit>
  bool ReadObject(Visit&& visit);
  // Calls visit() for each item.
  template <class Visit>
  bool ReadArray(Visit&& visit);
  // Whether nothing but blanks is left.
  bool AtEnd();
  // The next character after blanks; 0 where there is none.
  char Peek();

 private:
  void SkipBlanks();
  char Next();
  bool ReadEscape(std::string& value);
  bool ReadCharacter(std::string& value);
  bool ReadHex(std::uint32_t& number);
  bool SkipNumber();
  bool Skip(int depth);

  std::string_view text_;
};

template <class Visit>
bool JsonCell::ReadObject(Visit&& visit) {
  if (!Take('{')) return false;
  if (Take('}')) return true;
  std::string name;
  do {
    name.clear();
    if (!ReadString(name) || !Take(':') || !visit(name)) return false;
  } while (Take(','));
  return Take('}');
}

template <class Visit>
bool JsonCell::ReadArray(Visit&& visit) {
  if (!Take('[')) return false;
  if (Take(']')) return true;
  do {
    if (!visit()) return false;
  } while (Take(','));
  return Take(']');
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_ROWS_JSON_CELL_H_
