#include "relay.h"

#include <string>
#include <utility>

#include "json_texts.h"

namespace gateway {
namespace {

using pointsman::OutcomeKind;

// How often a quiet stream looks whether its caller is still there.
constexpr std::chrono::milliseconds kPatience{250};

bool Send(httplib::DataSink& sink, const std::string& bytes) {
  return bytes.empty() || sink.write(bytes.data(), bytes.size());
}

std::string ErrorEvent() {
  return "data: " +
         ErrorJson("The upstream broke off in the middle of its answer.", "server_error", "upstream_broke_off") +
         "\n\n";
}

}  // namespace

Relay::~Relay() {
  reply.reset();
  router.Report(selection, {.kind = kind, .latency = first_byte_after});
  served.outcome = pointsman::OutcomeKindName(kind);
  served.took_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since).count();
  journal.Add(std::move(served));
}

bool Relay::Write(httplib::DataSink& sink) {
  std::string bytes;
  switch (reply->Next(bytes, kPatience)) {
    case Streamed::kData: return Send(sink, is_events ? events.Take(bytes) : bytes);
    case Streamed::kNothingYet: return sink.is_writable();
    case Streamed::kEnd:
      kind = OutcomeKind::kSuccess;
      if (!Send(sink, events.TakeRest())) return false;
      sink.done();
      return true;
    case Streamed::kBroken: break;
  }
  kind = OutcomeKind::kTransient;
  if (is_events && events.is_between()) Send(sink, ErrorEvent());
  return false;
}

}  // namespace gateway
