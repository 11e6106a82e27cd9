// Proxy: the walk of one request from channel to channel, and what its caller is told. The part of this gateway to read
// first: everything that pointsman is asked for a request is in proxy.cc.
//
//   Proxy proxy(router, upstreams, connections, journal);
//   proxy.Serve({.http = request, .body = body, .caller = caller, .model = "gpt-4o"}, response);
//
// Another channel is tried until the first byte of an answer was sent. After that a stream that breaks off ends
// visibly: with an error event, and without the end that a whole one has. An upstream's redirect is no answer: where it
// leads is not for callers, whose keys would go along. Channels that nothing can be sent to are not selected.
//
// Thread safety: thread-safe. All that it is made of must outlive it, and the responses that it has filled in.
#ifndef GATEWAY_PROXY_H_
#define GATEWAY_PROXY_H_

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "chat_body.h"
#include "exchange.h"
#include "journal.h"
#include "pointsman/router.h"
#include "upstreams.h"

namespace gateway {

// One request of a caller who may call.
struct Call {
  const httplib::Request& http;
  const std::string& body;
  const pointsman::Caller& caller;
  std::string model;               // that it is routed by
  const ChatBody* chat = nullptr;  // the body's model is what is routed by: a channel may have another name for it
  httplib::Headers more = {};      // that an upstream may see
  bool is_operators = false;       // an operator's token came along: the answer names channel and table

  bool is_streamed() const { return chat != nullptr && chat->is_streamed; }
};

class Proxy {
 public:
  Proxy(pointsman::Router& router, Upstreams& upstreams, Connections& connections, Journal& journal)
      : router_(router), upstreams_(upstreams), connections_(connections), journal_(journal) {}

  void Serve(const Call& call, httplib::Response& response);

  // To this upstream and no other, without looking at the request: what the rest of the server costs by itself.
  void Forward(const Upstream& upstream, const httplib::Request& request, const std::string& body,
               httplib::Response& response);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Walk;

  pointsman::Selection Select(const pointsman::Request& request, pointsman::Attempts& attempts);
  std::optional<Reply> Try(Walk& walk, const Outgoing& outgoing, pointsman::Selection& selection,
                           httplib::Response& response);
  void RelayStream(Walk& walk, Time since, const Reply& head, std::unique_ptr<StreamedReply> reply,
                   pointsman::Selection selection, httplib::Response& response);
  void Explain(Walk& walk, const pointsman::Selection& none, httplib::Response& response);
  void GiveUp(Walk& walk, httplib::Response& response);
  void Finish(Walk& walk);

  pointsman::Router& router_;
  Upstreams& upstreams_;
  Connections& connections_;
  Journal& journal_;
  std::atomic<std::int64_t> next_record_ns_{0};
};

}  // namespace gateway

#endif  // GATEWAY_PROXY_H_
