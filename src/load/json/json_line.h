// JsonLine: JSON written piece by piece into a text, without a document in memory.
//
//   JsonLine line(text);
//   line.Begin('{').Key("id").Number(8).Key("name").Text("Bltcy").End('}');     // {"id": 8, "name": "Bltcy"}
//
// Thread safety: thread-compatible. REQUIRES: what is opened is closed, and keys stand in objects only.
#ifndef POINTSMAN_SRC_LOAD_JSON_JSON_LINE_H_
#define POINTSMAN_SRC_LOAD_JSON_JSON_LINE_H_

#include <concepts>
#include <string>
#include <string_view>

#include "load/json/byte_text.h"

namespace pointsman::inline v0 {

class JsonLine {
 public:
  explicit JsonLine(std::string& json) : json_(json) {}

  JsonLine& Begin(char bracket) {
    Separate();
    json_ += bracket;
    first_ = true;
    return *this;
  }
  JsonLine& End(char bracket) {
    json_ += bracket;
    first_ = false;
    return *this;
  }
  JsonLine& Key(std::string_view key) {
    Text(key);
    json_ += ": ";
    first_ = true;
    return *this;
  }
  JsonLine& Text(std::string_view bytes) {
    Separate();
    AppendJsonText(bytes, json_);
    return *this;
  }
  template <std::integral T>
  JsonLine& Number(T number) {
    return Raw(std::to_string(number));
  }
  JsonLine& Flag(bool flag) { return Raw(flag ? "true" : "false"); }
  // A value that is JSON already.
  JsonLine& Raw(std::string_view value) {
    Separate();
    json_ += value;
    return *this;
  }
  // Ends the line where the next value would follow.
  JsonLine& Break() {
    if (!first_) json_ += ',';
    json_ += '\n';
    first_ = true;
    return *this;
  }

 private:
  void Separate() {
    if (!first_) json_ += ", ";
    first_ = false;
  }

  std::string& json_;
  bool first_ = true;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_JSON_LINE_H_
