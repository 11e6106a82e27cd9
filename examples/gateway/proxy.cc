#include "proxy.h"

#include <memory>
#include <utility>

#include "answers.h"
#include "json_texts.h"

namespace gateway {
namespace {

using pointsman::Outcome;
using pointsman::OutcomeKind;
using pointsman::Reason;
using pointsman::Selection;

// A record of a decision costs more than the decision: so many a second at most.
constexpr std::int64_t kRecordEveryNs = 100'000'000;
// How often a quiet stream looks whether its caller is still there.
constexpr std::chrono::milliseconds kPatience{250};
constexpr std::size_t kEndingBytes = 4;

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

}  // namespace

// What is known of one request while it goes from channel to channel.
struct Proxy::Walk {
  explicit Walk(const Call& of) : call(of), request(of.caller.MakeRequest(of.model)) {
    served = {.unix_ms = UnixMs(), .token = of.caller.token_name, .model = of.model.substr(0, 200)};
  }

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
  pointsman::Request request;
  pointsman::Attempts attempts;
  std::optional<Reply> refused;  // the last answer that concerns the caller, of an upstream that did not serve
  std::uint64_t generation = 0;
  Served served;
  Time since = std::chrono::steady_clock::now();
};

void Proxy::Serve(const Call& call, httplib::Response& response) {
  Walk walk(call);
  for (;;) {
    Selection selection = Select(walk.request, walk.attempts);
    if (!selection) return Explain(walk, selection, response);
    walk.Note(selection);
    if (walk.attempts.size() == 1) journal_.CountFirstChoice(selection.group(), call.model, selection.channel_id());
    const std::optional<Outgoing> outgoing = Address(call, selection);
    if (!outgoing.has_value()) continue;  // never reported: the selection counts as cancelled
    const std::optional<Reply> reply = Try(walk, *outgoing, selection, response);
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

std::optional<Outgoing> Proxy::Address(const Call& call, const Selection& selection) const {
  const std::shared_ptr<const Upstream> upstream = upstreams_.Find(selection.channel_id());
  if (upstream == nullptr) return std::nullopt;
  Outgoing outgoing{.origin = upstream->origin,
                    .method = call.http.method,
                    .target = upstream->path + call.http.target,
                    .key = {},
                    .content_type = call.http.get_header_value("Content-Type"),
                    .accept = call.http.get_header_value("Accept"),
                    .body = call.body};
  if (!upstream->keys.empty()) {
    outgoing.key = upstream->keys[selection.key_index().value_or(0) % upstream->keys.size()];
  }
  if (call.has_mapped_model && !upstream->model_mapping.empty()) {
    if (auto mapped = WithMappedModel(outgoing.body, upstream->model_mapping)) outgoing.body = *std::move(mapped);
  }
  return outgoing;
}

// Nothing where the caller has an answer now; else what the upstream said.
std::optional<Reply> Proxy::Try(Walk& walk, const Outgoing& outgoing, Selection& selection,
                                httplib::Response& response) {
  const Time since = std::chrono::steady_clock::now();
  std::unique_ptr<StreamedReply> streamed;
  if (walk.call.is_streamed) streamed = std::make_unique<StreamedReply>(connections_, outgoing);
  Reply reply = streamed ? streamed->Head() : Send(connections_, outgoing);
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

void Proxy::Finish(Walk& walk) {
  walk.served.took_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - walk.since).count();
  journal_.Add(std::move(walk.served));
}

// A stream on its way. It outlives the walk, and reports when it is over, however that comes.
struct Proxy::Relay {
  ~Relay() {
    reply.reset();  // hangs up
    proxy.router_.Report(selection, {.kind = kind, .latency = first_byte_after});
    served.outcome = pointsman::OutcomeKindName(kind);
    served.took_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since).count();
    proxy.journal_.Add(std::move(served));
  }

  // False hangs up on the caller, who then misses the end of the stream.
  bool Write(httplib::DataSink& sink) {
    std::string bytes;
    switch (reply->Next(bytes, kPatience)) {
      case Streamed::kData:
        ending.append(bytes);
        if (ending.size() > kEndingBytes) ending.erase(0, ending.size() - kEndingBytes);
        return sink.write(bytes.data(), bytes.size());
      case Streamed::kNothingYet: return sink.is_writable();
      case Streamed::kEnd:
        kind = OutcomeKind::kSuccess;
        sink.done();
        return true;
      case Streamed::kBroken: break;
    }
    kind = OutcomeKind::kTransient;
    if (is_events && (ending.ends_with("\n\n") || ending.ends_with("\r\n\r\n"))) {
      const std::string event =
          "data: " +
          ErrorJson("The upstream broke off in the middle of its answer.", "server_error", "upstream_broke_off") +
          "\n\n";
      sink.write(event.data(), event.size());
    }
    return false;
  }

  Proxy& proxy;
  Selection selection;
  std::unique_ptr<StreamedReply> reply;
  Served served;
  Time since;
  std::chrono::nanoseconds first_byte_after;
  bool is_events = false;
  OutcomeKind kind = OutcomeKind::kCancelled;  // what is left if the caller hangs up
  std::string ending = {};                     // the last bytes that were sent
};

void Proxy::RelayStream(Walk& walk, Time since, const Reply& head, std::unique_ptr<StreamedReply> reply,
                        Selection selection, httplib::Response& response) {
  walk.Sign(response);
  walk.served.status = head.status;
  const std::shared_ptr<Relay> relay(new Relay{.proxy = *this,
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
                                          .body = body});
  if (reply.status == 0) return Refuse(response, 502, "no_upstream", "The upstream does not answer.");
  Pass(response, reply);
}

}  // namespace gateway
