#include "state/error_body.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pointsman::inline v0 {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::array<std::string_view, 6> kCodeMembers = {"code", "type", "reason", "status", "error", "error_code"};
constexpr std::array<std::string_view, 5> kMessageMembers = {"message", "error", "msg", "detail", "error_msg"};

std::string Lowered(std::string_view text) {
  std::string lowered(text.substr(0, ErrorBody::kMostBytes));
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

std::size_t NotBlank(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kBlanks, at), text.size());
}

// The inside of the string literal that begins at `at`, as it is written; `at` is set behind it. One that is cut ends
// with the text.
std::string_view Literal(std::string_view text, std::size_t& at) {
  const std::size_t begin = at + 1;
  std::size_t end = begin;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2u : 1u;
  end = std::min(end, text.size());
  at = std::min(end + 1, text.size());
  return text.substr(begin, end - begin);
}

template <std::size_t n>
bool IsOneOf(std::string_view name, const std::array<std::string_view, n>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

ErrorBody::ErrorBody(std::string_view body) {
  const std::string text = Lowered(body);
  const std::size_t begin = NotBlank(text, 0);
  if (begin < text.size() && (text[begin] == '{' || text[begin] == '[')) {
    ReadMembers(text);
  } else {
    messages_.push_back(text.substr(begin));
    codes_.push_back(messages_[0].substr(0, messages_[0].find_last_not_of(kBlanks) + 1));
  }
}

// Members at any depth: providers wrap errors in various ways, and what a client sent is never a member's name here,
// since it stands inside of strings.
void ErrorBody::ReadMembers(std::string_view json) {
  for (std::size_t at = 0; (at = json.find('"', at)) < json.size();) {
    const std::string_view name = Literal(json, at);
    const std::size_t colon = NotBlank(json, at);
    if (colon >= json.size() || json[colon] != ':') continue;
    std::size_t value = NotBlank(json, colon + 1);
    at = value;
    if (value >= json.size() || json[value] != '"') continue;
    const std::string_view text = Literal(json, value);
    if (IsOneOf(name, kCodeMembers)) codes_.emplace_back(text);
    if (IsOneOf(name, kMessageMembers)) messages_.emplace_back(text);
    at = value;
  }
}

bool ErrorBody::HasCode(std::initializer_list<std::string_view> codes) const {
  return std::any_of(codes.begin(), codes.end(), [&](std::string_view code) {
    return std::find(codes_.begin(), codes_.end(), code) != codes_.end();
  });
}

bool ErrorBody::Begins(std::initializer_list<std::string_view> beginnings) const {
  return std::any_of(messages_.begin(), messages_.end(), [&](const std::string& message) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return message.starts_with(beginning); });
  });
}

bool ErrorBody::Mentions(std::initializer_list<std::string_view> words) const {
  const auto mentions = [&](const std::string& text) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != text.npos; });
  };
  return std::any_of(messages_.begin(), messages_.end(), mentions) ||
         std::any_of(codes_.begin(), codes_.end(), mentions);
}

}  // namespace pointsman::inline v0
