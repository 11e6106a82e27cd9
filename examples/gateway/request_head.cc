#include "request_head.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace gateway {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool IsTokenByte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsSame(std::string_view text, std::string_view small) {
  return std::equal(text.begin(), text.end(), small.begin(), small.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Up to the separator, which goes too.
std::string_view Take(std::string_view& rest, std::string_view separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + separator.size());
  return taken;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool IsEncoded(std::string_view text, std::size_t at) {
  return text[at] == '%' && at + 2 < text.size() && HexDigit(text[at + 1]) >= 0 && HexDigit(text[at + 2]) >= 0;
}

// Nothing where a percent sign is not followed by two digits.
std::optional<std::string> Decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
    } else if (IsEncoded(text, i)) {
      decoded += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      return std::nullopt;
    }
  }
  return decoded;
}

// "..;v=1" too: some servers cut parameters off before they climb.
bool IsDots(std::string_view segment) {
  segment = segment.substr(0, segment.find(';'));
  return segment == "." || segment == "..";
}

Fault BadHead(const std::string& message) { return {400, "bad_request", message}; }
Fault BadPath(const std::string& message) { return {400, "bad_path", message}; }

// The headers that say how a body is to be read.
struct Framing {
  std::size_t lengths = 0;
  std::string_view length;
  bool is_chunked = false;  // or whatever else
  bool is_encoded = false;
  bool is_multipart = false;

  void Note(std::string_view name, std::string_view value) {
    if (IsSame(name, "content-length")) {
      ++lengths;
      length = value;
    }
    is_chunked |= IsSame(name, "transfer-encoding");
    is_encoded |= IsSame(name, "content-encoding");
    // The library decodes it before it looks.
    is_multipart |=
        IsSame(name, "content-type") && (IsSame(value.substr(0, 9), "multipart") || value.find('%') != value.npos);
  }
};

std::optional<Fault> FaultOfTarget(std::string_view target) {
  if (target.size() > kMaxTarget) return Fault{414, "target_too_long", "The path is longer than 1024 bytes."};
  const bool has_bad_byte = std::any_of(target.begin(), target.end(), IsControl);
  if (has_bad_byte || target.find('#') != std::string_view::npos) {
    return BadPath("The path has a byte that paths do not have.");
  }
  return FaultOfPath(target.substr(0, target.find('?')));
}

std::optional<Fault> FaultOfRequestLine(std::string_view line, std::string_view& method) {
  constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  method = Take(line, " ");
  const std::string_view target = Take(line, " ");
  if (line != "HTTP/1.1" && line != "HTTP/1.0") return BadHead("The first line is not that of a request by HTTP 1.1.");
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
    return Fault{501, "unknown_method", "This method is not served."};
  }
  return FaultOfTarget(target);
}

std::optional<Fault> FaultOfHeader(std::string_view line, Framing& framing) {
  if (line.size() + kLineEnd.size() > kMaxLine)
    return Fault{431, "header_too_long", "A header line is longer than 8192 bytes."};
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || name.empty() || !std::all_of(name.begin(), name.end(), IsTokenByte)) {
    return BadHead("A header line is not a name, a colon and a value.");
  }
  const std::string_view value = line.substr(colon + 1);
  if (std::any_of(value.begin(), value.end(), [](char c) { return IsControl(c) && c != '\t'; })) {
    return BadHead("A header has a byte that headers do not have.");
  }
  framing.Note(name, Trimmed(value));
  return std::nullopt;
}

std::optional<Fault> FaultOfBody(std::string_view method, const Framing& framing, std::size_t max, std::size_t& bytes) {
  const bool may_have_one = method == "POST" || method == "PUT" || method == "PATCH";
  bytes = 0;
  if (framing.is_chunked || (framing.lengths == 0 && may_have_one)) {
    return Fault{411, "length_required", "A body needs a Content-Length; chunks are not accepted."};
  }
  const std::string_view length = framing.length;
  const bool is_number = !length.empty() && length.find_first_not_of("0123456789") == std::string_view::npos;
  if (framing.lengths > 1 || (framing.lengths == 1 && (!is_number || length.size() > 18))) {
    return Fault{400, "bad_length", "Content-Length is one number, in digits."};
  }
  std::from_chars(length.data(), length.data() + length.size(), bytes);
  if (!may_have_one && bytes > 0) {
    return Fault{400, "unexpected_body", "A " + std::string(method) + " request has no body here."};
  }
  if (bytes > max) return Fault{413, "body_too_large", "The body is too large."};
  // The server would unpack it, to whatever size that comes.
  if (framing.is_encoded) return Fault{415, "unsupported_body", "Compressed bodies are not accepted."};
  if (framing.is_multipart) return Fault{415, "unsupported_body", "Multipart bodies are not accepted."};
  return std::nullopt;
}

}  // namespace

std::optional<Fault> FaultOfPath(std::string_view path) {
  const std::optional<std::string> decoded = Decoded(path);
  if (!decoded.has_value()) return BadPath("The path has a percent sign that encodes nothing.");
  for (std::size_t i = 0; i < decoded->size(); ++i) {
    if (IsControl((*decoded)[i])) return BadPath("The path has a byte that paths do not have.");
    if ((*decoded)[i] == '\\') return BadPath("The path has a backslash, which some servers take for a slash.");
    if (IsEncoded(*decoded, i)) return BadPath("The path is encoded twice.");
  }
  for (std::string_view rest = *decoded; !rest.empty();) {
    if (IsDots(Take(rest, "/"))) return BadPath("The path has a segment of dots.");
  }
  return std::nullopt;
}

std::optional<Fault> FaultOfHead(std::string_view head, std::size_t max_body_bytes, std::size_t& body_bytes) {
  head.remove_suffix(kLineEnd.size());  // the empty line
  std::string_view method;
  if (auto fault = FaultOfRequestLine(Take(head, kLineEnd), method)) return fault;
  Framing framing;
  while (!head.empty()) {
    if (auto fault = FaultOfHeader(Take(head, kLineEnd), framing)) return fault;
  }
  return FaultOfBody(method, framing, max_body_bytes, body_bytes);
}

}  // namespace gateway
