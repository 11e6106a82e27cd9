#include "load/json/syntax_error.h"

#include <algorithm>

#include "load/json/json_text.h"

namespace pointsman::inline v0 {
namespace {

// The parser's message, taken apart: "… syntax error while parsing <context> - <detail>; last read: '…'".
struct ParserMessage {
  std::string_view context;  // "value", "object key", "object separator", "object", "array"
  std::string_view detail;   // "invalid literal", "unexpected ']'; expected …"
  bool Says(std::string_view words) const { return detail.find(words) != std::string_view::npos; }
};

ParserMessage TakeApart(std::string_view what) {
  constexpr std::string_view kBegin = "while parsing ";
  constexpr std::string_view kMiddle = " - ";
  const std::size_t begin = what.find(kBegin);
  if (begin == std::string_view::npos) return {.context = {}, .detail = what};
  what.remove_prefix(begin + kBegin.size());
  const std::size_t middle = what.find(kMiddle);
  if (middle == std::string_view::npos) return {.context = {}, .detail = what};
  const std::string_view detail = what.substr(middle + kMiddle.size());
  return {.context = what.substr(0, middle), .detail = detail.substr(0, detail.find("; last read: "))};
}

// The last byte before `offset` that is no blank; NUL where there is none.
char ByteBefore(std::string_view text, std::size_t offset) {
  const std::size_t at = text.substr(0, offset).find_last_not_of(" \t\r\n");
  return at == std::string_view::npos ? '\0' : text[at];
}

// Unknown words are complained about in their middle: point at where they begin.
std::size_t WordBegin(std::string_view text, std::size_t offset) {
  constexpr std::string_view kAfterWord = ",:]} \t\r\n";
  const bool behind = offset >= text.size() || kAfterWord.find(text[offset]) != std::string_view::npos;
  const std::size_t begin = TokenBegin(text, behind ? offset : offset + 1);
  return begin < text.size() && kAfterWord.find(text[begin]) != std::string_view::npos ? offset : begin;
}

std::size_t Offset(std::string_view text, std::size_t bytes_read, const ParserMessage& complaint) {
  const std::size_t offset = std::min(bytes_read == 0 ? 0 : bytes_read - 1, text.size());
  if (complaint.Says("unexpected end of input")) return text.size();
  if (complaint.Says("invalid literal")) return WordBegin(text, offset);
  if (complaint.Says("unexpected") || complaint.Says("number overflow")) return TokenBegin(text, offset + 1);
  return offset;
}

std::string_view LiteralHint(char at, std::string_view context) {
  if (at == '\'') return "JSON wants double quotes";
  if (at == ',') return "remove the comma, or write what is missing before it";
  if (at == '.' || at == '+') return "a number begins with a digit or with -";
  if (context == "object key") return "write names in double quotes";
  return "write text in double quotes; JSON's only words are true, false and null";
}

std::string_view StringHint(const ParserMessage& complaint) {
  if (complaint.Says("UTF-8")) return "save the text as UTF-8";
  if (complaint.Says("control character")) return "close the quotes before the line ends, or escape the character";
  if (complaint.Says("closing quote")) return "close the quotes";
  return "write a backslash as \\\\";
}

std::string_view UnexpectedHint(std::string_view text, std::size_t offset, const ParserMessage& complaint) {
  const char at = offset < text.size() ? text[offset] : '\0';
  if (complaint.Says("unexpected end of input")) return "the text ends too early: close every [ and {";
  if (complaint.Says("; expected end of input")) return "one document only: remove what follows it";
  if ((at == ']' || at == '}') && ByteBefore(text, offset) == ',') return "remove the comma before it";
  if (complaint.context == "object separator") return "write a colon between a name and its value";
  if (complaint.context == "object key") return "write names in double quotes";
  if (complaint.context == "value") return "write a value here";
  return "a comma may be missing before it";
}

std::string_view Hint(std::string_view text, std::size_t offset, const ParserMessage& complaint) {
  if (complaint.Says("invalid literal")) {
    return LiteralHint(offset < text.size() ? text[offset] : '\0', complaint.context);
  }
  if (complaint.Says("invalid string")) return StringHint(complaint);
  if (complaint.Says("invalid number")) return "write digits there";
  if (complaint.Says("invalid comment")) return "comments are // to the end of the line, or /* to */";
  return UnexpectedHint(text, offset, complaint);
}

// The message without the parser's own "; expected …", which the hint says better.
std::string Problem(const ParserMessage& complaint) {
  if (complaint.Says("invalid literal")) return "this is no JSON value";
  if (complaint.Says("unexpected") && !complaint.Says("; expected end of input")) {
    return std::string(complaint.detail.substr(0, complaint.detail.find("; expected")));
  }
  return std::string(complaint.detail);
}

}  // namespace

std::string ExplainSyntaxError(std::string_view name, std::string_view text, std::size_t bytes_read,
                               std::string_view what) {
  const ParserMessage complaint = TakeApart(what);
  const std::size_t offset = Offset(text, bytes_read, complaint);
  const std::string place = PlacePrefix(name, text, offset);
  if (complaint.Says("number overflow")) return place + "a number beyond what a computer holds; write a smaller one";
  if (complaint.context.empty()) return place + "this is not JSON; check quotes, commas and brackets";
  return place + Problem(complaint) + "; " + std::string(Hint(text, offset, complaint));
}

}  // namespace pointsman::inline v0
