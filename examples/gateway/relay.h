// Relay: a stream on its way from an upstream to a caller. It outlives the walk, and reports when it is over, however
// that comes.
//
//   response.set_chunked_content_provider(type, [relay](std::size_t, auto& sink) { return relay->Write(sink); });
//
// Thread safety: thread-compatible. What it refers to must outlive it.
#ifndef GATEWAY_RELAY_H_
#define GATEWAY_RELAY_H_

#include <httplib.h>

#include <chrono>
#include <memory>

#include "exchange.h"
#include "journal.h"
#include "pointsman/router.h"
#include "whole_events.h"

namespace gateway {

struct Relay {
  // Hangs up on the upstream, and reports.
  ~Relay();

  // Passes on what has come. False hangs up on the caller, who then misses the end of the stream.
  bool Write(httplib::DataSink& sink);

  pointsman::Router& router;
  Journal& journal;
  pointsman::Selection selection;
  std::unique_ptr<StreamedReply> reply;
  Served served;
  std::chrono::steady_clock::time_point since;
  std::chrono::nanoseconds first_byte_after;
  bool is_events = false;
  pointsman::OutcomeKind kind = pointsman::OutcomeKind::kCancelled;  // what is left if the caller hangs up
  WholeEvents events = {};
};

}  // namespace gateway

#endif  // GATEWAY_RELAY_H_
