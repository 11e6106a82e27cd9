#include "proxy.h"

#include <memory>
#include <utility>

#include "answers.h"
#include "chat_body.h"
#include "listener.h"
#include "relay.h"

namespace gateway {
namespace {

using pointsman::Outcome;
using pointsman::OutcomeKind;
using pointsman::Reason;
using pointsman::Selection;

// A record of a decision costs more than the decision: so many a second at most.
constexpr std::int64_t kRecordEveryNs = 100'000'000;
// How often the wait for a stream's first byte looks whether its caller is still there.
constexpr std::chrono::milliseconds kPatience{250};
constexpr int kCallerIsGone = 499;  // in the journal; nobody is there to see it

std::int64_t UnixMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// An upstream that refuses the gateway's key, or has no money left, speaks of an account that is none of the caller's.
bool ConcernsTheCaller(OutcomeKind kind) {
  return kind != OutcomeKind::kCredentialRefused && kind != OutcomeKind::kQuotaExhausted;
}

std::string CodeOf(Reason reason) {
  return reason == Reason::kNoSuchModel ? "model_not_found" : std::string(pointsman::ReasonName(reason));
}

// Whole seconds, since that is what the header says, and never too early.
std::string RetryAfter(std::chrono::milliseconds wait) { return std::to_string((wait.count() + 999) / 1000); }

Outgoing Address(const Call& call, const Upstream& upstream, const Selection& selection) {
  Outgoing outgoing{.origin = upstream.origin,
                    .method = call.http.method,
                    .target = upstream.path + call.http.target,
                    .key = {},
                    .content_type = call.http.get_header_value("Content-Type"),
                    .accept = call.http.get_header_value("Accept"),
                    .more = call.more,
                    .body = call.body};
  if (!upstream.keys.empty()) outgoing.key = upstream.keys[selection.key_index().value_or(0) % upstream.keys.size()];
  if (call.chat != nullptr && !upstream.model_mapping.empty()) {
    if (auto mapped = WithMappedModel(call.body, *call.chat, upstream.model_mapping))
      outgoing.body = *std::move(mapped);
  }
  return outgoing;
}

}  // namespace

// What is known of one request while it goes from channel to channel.
struct Proxy::Walk {
  Walk(const Call& of, std::shared_ptr<const UpstreamMap> upstreams)
      : call(of), reachable{std::move(upstreams), {}}, request(reachable.Among(of.caller.MakeRequest(of.model))) {
    served = {.unix_ms = UnixMs(), .token = of.caller.token_name, .model = of.model.substr(0, 200)};
  }

  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  void Note(const Selection& selection) {
    served.group = selection.group();
    served.channel_id = selection.channel_id();
    served.attempts = attempts.size();
    generation = selection.generation();
  }
  void Sign(httplib::Response& response) const {
    if (!call.is_operators || served.attempts == 0) return;
    response.set_header("X-Pointsman-Channel", std::to_string(served.channel_id));
    response.set_header("X-Pointsman-Group", served.group);
    response.set_header("X-Pointsman-Attempt", std::to_string(served.attempts));
    response.set_header("X-Pointsman-Generation", std::to_string(generation));
  }

  const Call& call;
  ReachableChannels reachable;
  pointsman::Request request;
  pointsman::Attempts attempts;
  std::optional<Reply> refused;  // the last answer that concerns the caller, of an upstream that did not serve
  std::uint64_t generation = 0;
  Served served;
  Time since = std::chrono::steady_clock::now();
};

void Proxy::Serve(const Call& call, httplib::Response& response) {
  Walk walk(call, upstreams_.All());
  for (;;) {
    Selection selection = Select(walk.request, walk.attempts);
    if (!selection) return Explain(walk, selection, response);
    walk.Note(selection);
    if (walk.attempts.size() == 1) {
      journal_.CountFirstChoice(selection.group(), call.model, selection.channel_id());
    } else if (!IsCallerThere()) {
      return GiveUp(walk, response);
    }
    const Upstream& upstream = walk.reachable.all->at(selection.channel_id());
    const std::optional<Reply> reply = Try(walk, Address(call, upstream, selection), selection, response);
    if (!reply.has_value()) return;
    if (reply->status != 0) walk.refused = *reply;
  }
}

Selection Proxy::Select(const pointsman::Request& request, pointsman::Attempts& attempts) {
  const std::int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
  std::int64_t due = next_record_ns_.load(std::memory_order_relaxed);
  if (now < due || !next_record_ns_.compare_exchange_strong(due, now + kRecordEveryNs)) {
    return router_.Select(request, attempts);
  }
  pointsman::DecisionRecord record;  // the router keeps it too, for /admin/dump
  return router_.SelectRecorded(request, &attempts, pointsman::ThreadBits(), record);
}

// Nothing where the caller has an answer now, or is gone; else what the upstream said.
std::optional<Reply> Proxy::Try(Walk& walk, const Outgoing& outgoing, Selection& selection,
                                httplib::Response& response) {
  const Time since = std::chrono::steady_clock::now();
  std::unique_ptr<StreamedReply> streamed;
  if (walk.call.is_streamed()) streamed = std::make_unique<StreamedReply>(connections_, outgoing);
  std::optional<Reply> come;
  while (streamed != nullptr && !(come = streamed->Head(kPatience)).has_value()) {
    if (IsCallerThere()) continue;
    GiveUp(walk, response);
    return std::nullopt;
  }
  Reply reply = streamed != nullptr ? *std::move(come) : Send(connections_, outgoing);
  if (reply.status / 100 == 3) reply = {};
  if (streamed != nullptr && reply.status / 100 == 2) {
    RelayStream(walk, since, reply, std::move(streamed), std::move(selection), response);
    return std::nullopt;
  }
  Outcome outcome =
      pointsman::ClassifyHttp({.status = reply.status, .retry_after = reply.retry_after, .body = reply.body});
  outcome.latency = std::chrono::steady_clock::now() - since;
  router_.Report(selection, outcome, walk.attempts);
  walk.served.outcome = pointsman::OutcomeKindName(outcome.kind);
  if (pointsman::IsWorthAnotherAttempt(outcome.kind)) {
    if (!ConcernsTheCaller(outcome.kind)) reply.status = 0;
    return reply;
  }
  Pass(response, reply);
  walk.Sign(response);
  walk.served.status = reply.status;
  Finish(walk);
  return std::nullopt;
}

// Every channel was tried that there is for this request, or there was none from the beginning.
void Proxy::Explain(Walk& walk, const Selection& none, httplib::Response& response) {
  if (walk.refused.has_value()) {
    Pass(response, *walk.refused);
  } else {
    const pointsman::Explanation why = router_.Explain(walk.request, walk.attempts, &walk.call.caller);
    if (none.retry_after().has_value()) response.set_header("Retry-After", RetryAfter(*none.retry_after()));
    Refuse(response, pointsman::SuggestedHttpStatus(none.reason()), CodeOf(none.reason()),
           why.Text(LanguageOf(walk.call.http)));
  }
  walk.Sign(response);
  walk.served.status = response.status;
  if (walk.served.outcome.empty()) walk.served.outcome = pointsman::ReasonName(none.reason());
  Finish(walk);
}

// Nobody waits for an answer any more. The selection was never reported and counts as cancelled.
void Proxy::GiveUp(Walk& walk, httplib::Response& response) {
  response.status = kCallerIsGone;
  walk.served.status = kCallerIsGone;
  walk.served.outcome = pointsman::OutcomeKindName(OutcomeKind::kCancelled);
  Finish(walk);
}

void Proxy::Finish(Walk& walk) {
  walk.served.took_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - walk.since).count();
  journal_.Add(std::move(walk.served));
}

void Proxy::RelayStream(Walk& walk, Time since, const Reply& head, std::unique_ptr<StreamedReply> reply,
                        Selection selection, httplib::Response& response) {
  walk.Sign(response);
  walk.served.status = head.status;
  const std::shared_ptr<Relay> relay(new Relay{.router = router_,
                                               .journal = journal_,
                                               .selection = std::move(selection),
                                               .reply = std::move(reply),
                                               .served = std::move(walk.served),
                                               .since = walk.since,
                                               .first_byte_after = std::chrono::steady_clock::now() - since,
                                               .is_events = head.content_type.starts_with("text/event-stream")});
  response.status = head.status;
  response.set_header("Cache-Control", "no-cache");
  response.set_header("X-Accel-Buffering", "no");
  response.set_chunked_content_provider(Uncompressed(head.content_type),
                                        [relay](std::size_t, httplib::DataSink& sink) { return relay->Write(sink); });
}

void Proxy::Forward(const Upstream& upstream, const httplib::Request& request, const std::string& body,
                    httplib::Response& response) {
  const Reply reply = Send(connections_, {.origin = upstream.origin,
                                          .method = request.method,
                                          .target = upstream.path + request.target,
                                          .key = {},
                                          .content_type = request.get_header_value("Content-Type"),
                                          .accept = request.get_header_value("Accept"),
                                          .more = {},
                                          .body = body});
  if (reply.status == 0) return Refuse(response, 502, "no_upstream", "The upstream does not answer.");
  Pass(response, reply);
}

}  // namespace gateway
