#include "load/json/json_reader.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "load/json/json_text.h"
#include "load/json/syntax_error.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

using Json = nlohmann::json;

// Walks the text and leaves word of how far it came: the parser tells nobody where a value stands.
class TracedIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TracedIterator(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  TracedIterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  TracedIterator operator++(int) {
    TracedIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const TracedIterator& a, const TracedIterator& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  const char** reached_;
};

bool IsNumberByte(char c) { return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E'; }

// The parser's callbacks, turned into events. Names and signatures are the parser's.
class Adapter {
 public:
  Adapter(std::string_view text, std::string_view name, JsonEvents& events)
      : text_(text), name_(name), events_(events), cursor_(text, name), reached_(text.data()) {}

  absl::Status Read() {
    const char* begin = text_.data();
    Json::sax_parse(TracedIterator(begin, &reached_), TracedIterator(begin + text_.size(), &reached_), this,
                    nlohmann::detail::input_format_t::json, /*strict=*/true, /*ignore_comments=*/true);
    return std::move(status_);
  }

  bool null() { return Tell({.kind = JsonScalar::Kind::kNull}); }
  bool boolean(bool value) { return Tell({.kind = JsonScalar::Kind::kBoolean, .boolean = value}); }
  bool number_integer(Json::number_integer_t value) {
    return TellNumber({.kind = JsonScalar::Kind::kInteger, .integer = value});
  }
  bool number_unsigned(Json::number_unsigned_t value) {
    if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return TellNumber({.kind = JsonScalar::Kind::kInteger, .integer = static_cast<std::int64_t>(value)});
    }
    const std::string written = std::to_string(value);
    return number_float(static_cast<double>(value), written);
  }
  bool number_float(Json::number_float_t value, const std::string& written) {
    return TellNumber({.kind = JsonScalar::Kind::kReal, .real = value, .text = written});
  }
  bool string(const std::string& value) { return Tell({.kind = JsonScalar::Kind::kText, .text = value}); }
  bool binary(const Json::binary_t&) { return false; }  // only binary formats have it
  bool key(const std::string& value) { return Keep(events_.OnKey(value, Here())); }
  bool start_object(std::size_t) { return Begin(JsonNest::kObject); }
  bool start_array(std::size_t) { return Begin(JsonNest::kList); }
  bool end_object() { return End(JsonNest::kObject); }
  bool end_array() { return End(JsonNest::kList); }
  bool parse_error(std::size_t bytes_read, const std::string&, const nlohmann::detail::exception& error) {
    return Keep(absl::InvalidArgumentError(ExplainSyntaxError(name_, text_, bytes_read, error.what())));
  }

 private:
  bool Keep(absl::Status status) {
    status_ = std::move(status);
    return status_.ok();
  }
  JsonCursor& Here() {
    cursor_.MoveTo(static_cast<std::size_t>(reached_ - text_.data()));
    return cursor_;
  }
  bool Tell(const JsonScalar& value) { return Keep(events_.OnScalar(value, Here())); }
  // A number ends where the byte behind it has been looked at.
  bool TellNumber(const JsonScalar& value) {
    JsonCursor& at = Here();
    if (at.end() > 0 && !IsNumberByte(text_[at.end() - 1])) at.MoveTo(at.end() - 1);
    return Keep(events_.OnScalar(value, at));
  }
  bool Begin(JsonNest nest) {
    JsonCursor& at = Here();
    if (++depth_ > kMaxJsonDepth) {
      return Keep(
          at.Error("nested deeper than " + std::to_string(kMaxJsonDepth) + " levels; rows need no more than a few"));
    }
    return Keep(events_.OnBegin(nest, at));
  }
  bool End(JsonNest nest) {
    --depth_;
    return Keep(events_.OnEnd(nest, Here()));
  }

  std::string_view text_;
  std::string_view name_;
  JsonEvents& events_;
  JsonCursor cursor_;
  const char* reached_;
  std::size_t depth_ = 0;
  absl::Status status_;
};

absl::Status CheckBytes(std::string_view text, std::string_view name) {
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
    return absl::InvalidArgumentError(std::string(name) + ": larger than 4 GiB; split the tables, or load a database");
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return absl::InvalidArgumentError(PlacePrefix(name, text, 0) + "the text is empty; write at least {}");
  }
  // The parser takes a NUL for the end of the text, and would drop the rest in silence.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return absl::InvalidArgumentError(PlacePrefix(name, text, nul) +
                                      "a NUL byte; save the text as UTF-8, without NULs");
  }
  return absl::OkStatus();
}

}  // namespace

std::string JsonScalar::Shown() const {
  switch (kind) {
    case Kind::kNull: return "null";
    case Kind::kBoolean: return boolean ? "true" : "false";
    case Kind::kInteger: return std::to_string(integer);
    case Kind::kReal: return Printable(text, 40);
    case Kind::kText: return "the text " + Quoted(text);
  }
  return "unknown";
}

std::string_view JsonScalar::KindName() const {
  switch (kind) {
    case Kind::kNull: return "null";
    case Kind::kBoolean: return "a boolean";
    case Kind::kInteger:
    case Kind::kReal: return "a number";
    case Kind::kText: return "text";
  }
  return "unknown";
}

bool ToUnsigned(const JsonScalar& value, std::uint64_t& number) {
  if (value.kind == JsonScalar::Kind::kInteger) {
    number = static_cast<std::uint64_t>(value.integer);
    return value.integer >= 0;
  }
  if (value.kind != JsonScalar::Kind::kReal) return false;
  const char* const begin = value.text.data();
  const char* const end = begin + value.text.size();
  const auto [stopped, error] = std::from_chars(begin, end, number);
  return error == std::errc() && stopped == end;
}

std::uint32_t JsonCursor::Line() {
  const std::string_view fresh = text_.substr(counted_, end_ - counted_);
  line_ += static_cast<std::uint32_t>(std::count(fresh.begin(), fresh.end(), '\n'));
  counted_ = end_;
  return line_;
}

absl::Status JsonCursor::Error(const std::string& problem) const {
  return absl::InvalidArgumentError(PlacePrefix(name_, text_, TokenBegin(text_, end_)) + problem);
}

absl::Status ReadJson(std::string_view text, std::string_view name, JsonEvents& events) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (absl::Status status = CheckBytes(text, name); !status.ok()) return status;
  return Adapter(text, name, events).Read();
}

}  // namespace pointsman::inline v0
