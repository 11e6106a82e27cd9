#include "answers.h"

#include <algorithm>
#include <cstdlib>

#include "json_texts.h"

namespace gateway {
namespace {

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// "zh-CN;q=0.8": 0.8. REQUIRES: small letters, no spaces.
double Quality(std::string_view range) {
  const std::size_t at = range.find(";q=");
  return at == std::string_view::npos ? 1.0 : std::atof(std::string(range.substr(at + 3, 8)).c_str());
}

char Small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string SmallWithoutSpaces(std::string_view text) {
  std::string small;
  for (const char c : text) {
    if (c != ' ' && c != '\t') small += Small(c);
  }
  return small;
}

// What OpenAI calls the kind of an error with this status.
std::string_view TypeOf(int status) {
  switch (status) {
    case 401: return "authentication_error";
    case 403: return "permission_error";
    case 429: return "rate_limit_error";
    default: return status < 500 ? "invalid_request_error" : "server_error";
  }
}

}  // namespace

pointsman::Language LanguageOf(const httplib::Request& request) {
  const std::string header = SmallWithoutSpaces(request.get_header_value("Accept-Language"));
  double english = 0.0005;  // what is served where neither is asked for
  double chinese = 0;
  for (std::string_view rest = header; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view range = rest.substr(0, end);
    if (range.starts_with("en")) english = std::max(english, Quality(range));
    if (range.starts_with("zh")) chinese = std::max(chinese, Quality(range));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return chinese > english ? pointsman::Language::kChinese : pointsman::Language::kEnglish;
}

std::string BearerOf(const httplib::Request& request) {
  const std::string header = request.get_header_value("Authorization");
  constexpr std::string_view kScheme = "bearer ";
  const bool is_bearer = header.size() > kScheme.size() && std::equal(kScheme.begin(), kScheme.end(), header.begin(),
                                                                      [](char a, char b) { return a == Small(b); });
  return is_bearer ? std::string(Trimmed(std::string_view(header).substr(kScheme.size()))) : std::string();
}

bool IsSecret(std::string_view presented, std::string_view secret) {
  if (secret.empty() || presented.size() != secret.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < secret.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (presented[i] ^ secret[i]));
  }
  return difference == 0;
}

void AnswerJson(httplib::Response& response, int status, const std::string& body) {
  response.status = status;
  response.set_content(body, Uncompressed("application/json"));
}

void Refuse(httplib::Response& response, int status, std::string_view code, const std::string& message) {
  AnswerJson(response, status, ErrorJson(message, TypeOf(status), code));
}

void Refuse(httplib::Response& response, int status, std::string_view code, const pointsman::Phrase& message,
            pointsman::Language language) {
  Refuse(response, status, code, message.In(language));
}

void Pass(httplib::Response& response, const Reply& reply) {
  response.status = reply.status;
  if (!reply.retry_after.empty()) response.set_header("Retry-After", reply.retry_after);
  if (!reply.body.empty()) return response.set_content(reply.body, Uncompressed(reply.content_type));
  response.set_header("Content-Length", "0");  // and so nobody fills it in
}

std::string Uncompressed(std::string_view content_type) {
  if (content_type.empty()) return "application/octet-stream";
  if (content_type.starts_with("text/event-stream")) return "text/event-stream";
  if (content_type == "application/json") return "application/json; charset=utf-8";
  return std::string(content_type);
}

}  // namespace gateway
