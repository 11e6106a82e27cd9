// ReadJson: JSON text as a stream of events, each with its place. The one door to the JSON parser.
//
//   class Printer : public JsonEvents { … };
//   absl::Status status = ReadJson(text, "routes.json", printer);   // InvalidArgument "routes.json:41:17: …"
//
// Comments (// and /* */) and a byte order mark are skipped. An event that returns an error ends the reading with it.
//
// Thread safety: thread-safe, as long as the events are. Cost: one pass; no document is built.
// Limits: kMaxJsonDepth levels of nesting; text below 4 GiB.
#ifndef POINTSMAN_SRC_LOAD_JSON_JSON_READER_H_
#define POINTSMAN_SRC_LOAD_JSON_JSON_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace pointsman::inline v0 {

inline constexpr std::size_t kMaxJsonDepth = 64;

// A value that is neither a list nor an object.
struct JsonScalar {
  enum class Kind : std::uint8_t {
    kNull,
    kBoolean,
    kInteger,  // fits 64 bits, sign included
    kReal,     // every other number; `text` is how it was written
    kText,
  };
  Kind kind = Kind::kNull;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;  // valid during the event

  // For messages. Shown repeats the value: "null", "true", "7", "2.5", "the text \"abc\"".
  std::string Shown() const;
  // For values that may be secrets: "null", "a boolean", "a number", "text".
  std::string_view KindName() const;
};

// A number without a sign that 64 bits hold; false for everything else.
bool ToUnsigned(const JsonScalar& value, std::uint64_t& number);

enum class JsonNest : std::uint8_t { kObject, kList };

// Where the event is that is being told of.
class JsonCursor {
 public:
  JsonCursor(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  // The offset behind the token: behind the bracket, for a beginning and an end.
  std::size_t end() const { return end_; }
  // The text from `begin` up to end().
  std::string_view Since(std::size_t begin) const { return text_.substr(begin, end_ - begin); }
  // The line of end(), from 1. Each part of the text is counted once in a reading.
  std::uint32_t Line();
  // InvalidArgument "<name>:<line>:<column>: <problem>", at where the token begins.
  absl::Status Error(const std::string& problem) const;

  // For the reader: the next token ends here.
  void MoveTo(std::size_t end) { end_ = end; }

 private:
  std::string_view text_;
  std::string_view name_;
  std::size_t end_ = 0;
  std::size_t counted_ = 0;
  std::uint32_t line_ = 1;
};

class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual absl::Status OnBegin(JsonNest nest, JsonCursor& at) = 0;
  virtual absl::Status OnKey(std::string_view key, JsonCursor& at) = 0;
  virtual absl::Status OnScalar(const JsonScalar& value, JsonCursor& at) = 0;
  virtual absl::Status OnEnd(JsonNest nest, JsonCursor& at) = 0;
};

// `name` stands for the text in messages.
absl::Status ReadJson(std::string_view text, std::string_view name, JsonEvents& events);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_JSON_READER_H_
