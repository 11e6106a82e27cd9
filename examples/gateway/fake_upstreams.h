// FakeUpstreams: what stands in for the vendors in tests and in ./dev gateway: any number of channels behind one port,
// each of which behaves as it is told.
//
//   FakeUpstreams upstreams;
//   upstreams.Start(0);
//   Sql("UPDATE channels SET base_url = '" + upstreams.BaseUrl(8) + "' WHERE id = 8");
//   upstreams.Behave(8, "failing");                 // or: curl -d '' http://127.0.0.1:PORT/behave/8/failing
//
// Chat is answered as OpenAI's API does, streamed where that is asked for; any other path with 202 and a task. A text
// says which channel served.
//
// Thread safety: thread-safe.
#ifndef GATEWAY_FAKE_UPSTREAMS_H_
#define GATEWAY_FAKE_UPSTREAMS_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "listener.h"

namespace gateway {

// What an upstream was asked.
struct Asked {
  std::int64_t channel_id = 0;
  std::string method;
  std::string target;  // behind the base URL
  std::string authorization;
  std::string content_type;
  std::string body;
  httplib::Headers headers;
};

class FakeUpstreams {
 public:
  // fast; slow (after `slowness`); failing (500); rate_limited (429, Retry-After: 7); refusing (401); picky (400);
  // poor (403, no money left); cut_off (breaks off in the middle); cut_off_early (after the headers); stalling (says
  // nothing more in the middle, until it is told otherwise or Stop); unframed_cut (in the middle of a body that says
  // nothing about its length); cut_in_event (in the middle of an event); bodiless (418, without a body); moved (302, to
  // another host).
  static const std::vector<std::string>& Behaviours();

  explicit FakeUpstreams(std::size_t threads = 256);
  ~FakeUpstreams() { Stop(); }

  absl::StatusOr<int> Start(int port);
  void Stop();

  std::string BaseUrl(std::int64_t channel_id) const;
  void Behave(std::int64_t channel_id, const std::string& how);
  void set_slowness(std::chrono::milliseconds slowness) { slowness_ = slowness; }
  void set_pause(std::chrono::milliseconds pause) { pause_ = pause; }  // between the pieces of a stream

  // Requests are kept from the first call on, and forgotten by the next.
  std::vector<Asked> TakeAsked();
  std::int64_t streams_going_on() const { return streams_; }

 private:
  std::string BehaviourOf(std::int64_t channel_id) const;
  void Serve(const httplib::Request& request, const std::string& body, httplib::Response& response);
  void Stream(std::int64_t channel_id, const std::string& how, httplib::Response& response);

  std::atomic<std::chrono::milliseconds> slowness_{std::chrono::milliseconds(1500)};
  std::atomic<std::chrono::milliseconds> pause_{std::chrono::milliseconds(0)};
  std::atomic<bool> is_stopping_{false};
  std::atomic<std::int64_t> streams_{0};
  mutable std::mutex mutex_;
  std::map<std::int64_t, std::string> behaviours_;
  bool keeps_asked_ = false;
  std::vector<Asked> asked_;
  int port_ = 0;
  Listener listener_;
};

}  // namespace gateway

#endif  // GATEWAY_FAKE_UPSTREAMS_H_
