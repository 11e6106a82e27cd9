// Outcome: how an attempt ended, as far as routing is concerned, and a classifier for what HTTP upstreams say.
//
//   Reply reply = Send(selection.channel_id(), request);
//   const pointsman::HttpReply seen{.status = reply.status, .retry_after = reply.retry_after, .body = reply.body};
//   router.Report(selection, pointsman::ClassifyHttp(seen));
//
// A caller's fault says nothing about the channel and never counts against it; neither does a request that was
// cancelled. What each of the others does: CooldownPolicy in channel_state.h.
//
// Thread safety: plain values and pure functions.
#ifndef POINTSMAN_OUTCOME_H_
#define POINTSMAN_OUTCOME_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

enum class OutcomeKind : std::uint8_t {
  kSuccess,
  kTransient,          // the upstream failed or could not be reached: another channel may do better
  kRateLimited,        // too many requests at the moment
  kQuotaExhausted,     // the account has run dry: waiting for seconds does not help
  kCredentialRefused,  // the key is wrong, expired or suspended
  kModelUnavailable,   // this channel does not have the model, whatever its row says
  kCallersFault,       // the request itself is wrong: any channel would refuse it
  kCancelled,          // ended by the caller or the host before there was an answer
};

inline constexpr std::size_t kOutcomeKinds = 8;

// "success", "transient", "rate_limited", "quota_exhausted", "credential_refused", "model_unavailable",
// "callers_fault", "cancelled".
POINTSMAN_EXPORT std::string_view OutcomeKindName(OutcomeKind kind);

// Whether another channel may serve the same request: not after success, a caller's fault or a cancellation.
POINTSMAN_EXPORT bool IsWorthAnotherAttempt(OutcomeKind kind);

// Whether it is the fault of the key that the attempt was made with, so that another key of the same channel may do
// better: rate limited, quota exhausted, credential refused.
POINTSMAN_EXPORT bool IsTheKeysFault(OutcomeKind kind);

struct Outcome {
  OutcomeKind kind = OutcomeKind::kSuccess;
  // What the upstream asks for. Negative counts as absent; more than CooldownPolicy::longest counts as that.
  std::optional<std::chrono::milliseconds> retry_after = {};
  // How long the attempt took; 0: not known. Negative counts as 0.
  std::chrono::nanoseconds latency{0};
  // Tokens that it used, for channels with tokens_per_minute. Negative counts as 0.
  std::int64_t tokens = 0;
};

// An upstream's answer. Views live as long as the call.
struct HttpReply {
  int status = 0;                  // 0: there was none (connection refused, timeout)
  std::string_view retry_after{};  // the header's value: seconds. An HTTP date is not understood and counts as absent
  std::string_view body{};         // of an error; the first 4096 bytes are looked at
};

// By status first, and where a status means several things by the words that providers use: 401 and 403 are the
// credential, unless it says quota, model, or (403) that the content was refused; 429 is a limit, unless it says quota;
// 404 is the model where it says so, and a caller's fault otherwise; 400 and the other 4xx are the caller's fault,
// unless it says key, quota or model. 408, 5xx and no answer at all are transient. 2xx and 3xx are success. Words count
// as the whole value of "code", "type", "reason", "status" or "error", or at the beginning of the message: what an
// upstream repeats of a request takes no channel out. Upper and lower case are alike.
POINTSMAN_EXPORT Outcome ClassifyHttp(const HttpReply& reply);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_OUTCOME_H_
