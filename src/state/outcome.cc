#include "pointsman/outcome.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string>
#include <system_error>

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kMostBodyBytes = 4096;

std::string Lowered(std::string_view text) {
  std::string lowered(text.substr(0, kMostBodyBytes));
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

bool SaysAny(const std::string& body, std::initializer_list<std::string_view> phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string_view phrase) { return body.find(phrase) != std::string::npos; });
}

// The words of OpenAI, Anthropic, Azure, Google and those who copy them.
bool SpeaksOfQuota(const std::string& body) {
  return SaysAny(
      body, {"insufficient_quota", "insufficient quota", "exceeded your current quota", "billing", "credit balance",
             "insufficient balance", "insufficient_balance", "arrearage", "out of credits"});
}
bool SpeaksOfKey(const std::string& body) {
  return SaysAny(body,
                 {"invalid_api_key", "invalid api key", "incorrect api key", "api key not valid", "api_key_invalid",
                  "authentication_error", "account_deactivated", "permission_denied", "expired api key"});
}
bool SpeaksOfModel(const std::string& body) {
  return SaysAny(body,
                 {"model_not_found", "model not found", "deploymentnotfound", "unknown model", "no such model"}) ||
         (body.find("model") != std::string::npos &&
          SaysAny(body, {"does not exist", "is not found", "not supported for", "do not have access"}));
}

std::optional<std::chrono::milliseconds> ParseSeconds(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  constexpr std::uint32_t kMost = 1'000'000'000;
  std::uint64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc::result_out_of_range) seconds = kMost;
  if (text.empty() || error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds(std::min<std::uint64_t>(seconds, kMost));
}

OutcomeKind KindOf(int status, const std::string& body) {
  if (status >= 200 && status < 400) return OutcomeKind::kSuccess;
  if (status == 408 || status < 200 || status >= 500) return OutcomeKind::kTransient;
  switch (status) {
    case 402: return OutcomeKind::kQuotaExhausted;
    case 429: return SpeaksOfQuota(body) ? OutcomeKind::kQuotaExhausted : OutcomeKind::kRateLimited;
    case 401:
    case 403:
      if (SpeaksOfQuota(body)) return OutcomeKind::kQuotaExhausted;
      return SpeaksOfModel(body) ? OutcomeKind::kModelUnavailable : OutcomeKind::kCredentialRefused;
    default: break;
  }
  if (SpeaksOfKey(body)) return OutcomeKind::kCredentialRefused;
  if (SpeaksOfQuota(body)) return OutcomeKind::kQuotaExhausted;
  if (SpeaksOfModel(body)) return OutcomeKind::kModelUnavailable;
  return OutcomeKind::kCallersFault;
}

}  // namespace

std::string_view OutcomeKindName(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kSuccess: return "success";
    case OutcomeKind::kTransient: return "transient";
    case OutcomeKind::kRateLimited: return "rate_limited";
    case OutcomeKind::kQuotaExhausted: return "quota_exhausted";
    case OutcomeKind::kCredentialRefused: return "credential_refused";
    case OutcomeKind::kModelUnavailable: return "model_unavailable";
    case OutcomeKind::kCallersFault: return "callers_fault";
    case OutcomeKind::kCancelled: return "cancelled";
  }
  return "unknown";
}

bool IsTheKeysFault(OutcomeKind kind) {
  return kind == OutcomeKind::kRateLimited || kind == OutcomeKind::kQuotaExhausted ||
         kind == OutcomeKind::kCredentialRefused;
}

bool IsWorthAnotherAttempt(OutcomeKind kind) {
  return kind != OutcomeKind::kSuccess && kind != OutcomeKind::kCallersFault && kind != OutcomeKind::kCancelled;
}

Outcome ClassifyHttp(const HttpReply& reply) {
  return {.kind = KindOf(reply.status, Lowered(reply.body)), .retry_after = ParseSeconds(reply.retry_after)};
}

}  // namespace pointsman::inline v0
