#include "pointsman/outcome.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "state/error_body.h"

namespace pointsman::inline v0 {
namespace {

// The words of OpenAI, Anthropic, Azure, Google, DeepSeek, Alibaba and those who copy them.
bool SpeaksOfQuota(const ErrorBody& body) {
  return body.HasCode({"insufficient_quota", "insufficient_user_quota", "insufficient_balance", "billing_not_active",
                       "billing_hard_limit_reached", "quota_exceeded", "arrearage", "out_of_credits"}) ||
         body.Begins({"insufficient quota", "insufficient balance", "insufficient credits", "insufficient_quota",
                      "you exceeded your current quota", "your credit balance", "your account is not active",
                      "billing has not been enabled", "billing hard limit", "this request requires more credits",
                      "you have run out of credits", "out of credits"});
}
bool SpeaksOfKey(const ErrorBody& body) {
  return body.HasCode({"invalid_api_key", "api_key_invalid", "invalid api key", "authentication_error",
                       "invalid_authentication_error", "account_deactivated", "permission_denied", "unauthenticated",
                       "expired_api_key"}) ||
         body.Begins({"invalid api key", "incorrect api key", "api key not valid", "api key expired", "expired api key",
                      "invalid x-api-key", "invalid authentication", "authentication fails"});
}
bool SpeaksOfModel(const ErrorBody& body) {
  if (body.HasCode({"model_not_found", "model not found", "deploymentnotfound", "unknown_model"})) return true;
  if (body.Begins({"model not found", "model_not_found", "no such model", "unknown model", "not found the model",
                   "the api deployment for this resource does not exist"})) {
    return true;
  }
  return (body.Begins({"the model", "model:", "model ", "models/"})) &&
         (body.HasCode({"not_found_error", "not_found", "resource_not_found_error"}) ||
          body.Mentions({"does not exist", "not found", "do not have access"}));
}
bool SpeaksOfContent(const ErrorBody& body) {
  return body.Mentions({"moderation", "content policy", "content_policy", "content filter", "content_filter",
                        "usage polic", "flagged", "safety"});
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

OutcomeKind KindOf(int status, const ErrorBody& body) {
  if (status >= 200 && status < 400) return OutcomeKind::kSuccess;
  if (status == 408 || status < 200 || status >= 500) return OutcomeKind::kTransient;
  switch (status) {
    case 402: return OutcomeKind::kQuotaExhausted;
    case 429: return SpeaksOfQuota(body) ? OutcomeKind::kQuotaExhausted : OutcomeKind::kRateLimited;
    case 401:
    case 403:
      if (SpeaksOfQuota(body)) return OutcomeKind::kQuotaExhausted;
      if (SpeaksOfModel(body)) return OutcomeKind::kModelUnavailable;
      return status == 403 && SpeaksOfContent(body) ? OutcomeKind::kCallersFault : OutcomeKind::kCredentialRefused;
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
  return {.kind = KindOf(reply.status, ErrorBody(reply.body)), .retry_after = ParseSeconds(reply.retry_after)};
}

}  // namespace pointsman::inline v0
