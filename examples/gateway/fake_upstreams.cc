#include "fake_upstreams.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include "answers.h"

namespace gateway {
namespace {

constexpr const char* kWords[] = {"Served", " by", " channel", " number"};

// What follows a member's name in a body that a test or a client wrote; not a reader of JSON.
std::string ValueOf(const std::string& body, const std::string& name) {
  const std::size_t at = body.find("\"" + name + "\"");
  if (at == std::string::npos) return "";
  const std::size_t begin = body.find_first_not_of(" :\"", at + name.size() + 2);
  return body.substr(begin, body.find_first_of(" ,\"}\n", begin) - begin);
}

std::string Chunk(const std::string& text, bool is_last) {
  return R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1735689600,"model":"fake","choices":)"
         R"([{"index":0,"delta":{"content":")" +
         text + R"("},"finish_reason":)" + (is_last ? R"("stop")" : "null") + "}]}\n\n";
}

std::string Completion(std::int64_t channel_id, const std::string& model) {
  return R"({"id":"chatcmpl-1","object":"chat.completion","created":1735689600,"model":")" + model +
         R"(","choices":[{"index":0,"message":{"role":"assistant","content":"Served by channel number )" +
         std::to_string(channel_id) +
         R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}})";
}

}  // namespace

const std::vector<std::string>& FakeUpstreams::Behaviours() {
  static const std::vector<std::string> all = {"fast",         "slow",         "failing",  "rate_limited",  "refusing",
                                               "picky",        "poor",         "cut_off",  "cut_off_early", "stalling",
                                               "unframed_cut", "cut_in_event", "bodiless", "moved"};
  return all;
}

FakeUpstreams::FakeUpstreams(std::size_t threads) : listener_({.threads = threads}) {
  Post(listener_.server(), "/c/([0-9]+)/.*",
       [this](const auto& request, const auto& body, auto& response) { Serve(request, body, response); });
  const auto without_body = [this](const auto& request, auto& response) { Serve(request, "", response); };
  listener_.server().Get("/c/([0-9]+)/.*", without_body);
  listener_.server().Delete("/c/([0-9]+)/.*", httplib::Server::Handler(without_body));
  Post(listener_.server(), "/behave/([0-9]+)/([a-z_]+)", [this](const auto& request, const auto&, auto& response) {
    const std::string how = request.matches[2];
    if (std::find(Behaviours().begin(), Behaviours().end(), how) == Behaviours().end()) {
      return Refuse(response, 404, "unknown_behaviour",
                    "It can be fast, slow, failing, rate_limited, refusing, picky, poor, cut_off.");
    }
    Behave(std::stoll(request.matches[1]), how);
    AnswerJson(response, 200, R"({"ok":true})");
  });
}

absl::StatusOr<int> FakeUpstreams::Start(int port) {
  const absl::StatusOr<int> started = listener_.Start("127.0.0.1", port);
  if (started.ok()) port_ = *started;
  return started;
}

void FakeUpstreams::Stop() {
  is_stopping_ = true;
  listener_.Stop();
}

std::string FakeUpstreams::BaseUrl(std::int64_t channel_id) const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/c/" + std::to_string(channel_id);
}

void FakeUpstreams::Behave(std::int64_t channel_id, const std::string& how) {
  const std::lock_guard lock(mutex_);
  behaviours_[channel_id] = how;
}

std::string FakeUpstreams::BehaviourOf(std::int64_t channel_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = behaviours_.find(channel_id);
  return found == behaviours_.end() ? "fast" : found->second;
}

std::vector<Asked> FakeUpstreams::TakeAsked() {
  const std::lock_guard lock(mutex_);
  keeps_asked_ = true;
  return std::exchange(asked_, {});
}

void FakeUpstreams::Serve(const httplib::Request& request, const std::string& body, httplib::Response& response) {
  const std::string number = request.matches[1];
  const std::int64_t channel_id = std::stoll(number);
  const std::string target = request.target.substr(3 + number.size());
  const std::string how = BehaviourOf(channel_id);
  {
    const std::lock_guard lock(mutex_);
    if (keeps_asked_) {
      asked_.push_back({channel_id, request.method, target, request.get_header_value("Authorization"),
                        request.get_header_value("Content-Type"), body, request.headers});
    }
  }
  if (how == "failing") return Refuse(response, 500, "fake_failure", "The fake upstream failed.");
  if (how == "refusing") return Refuse(response, 401, "invalid_api_key", "Incorrect API key provided: sk-up***am.");
  if (how == "picky") return Refuse(response, 400, "bad_parameter", "temperature is out of range");
  if (how == "poor") return Refuse(response, 403, "insufficient_quota", "You exceeded your current quota.");
  if (how == "rate_limited") {
    response.set_header("Retry-After", "7");
    return Refuse(response, 429, "rate_limit_exceeded", "Too many requests.");
  }
  if (how == "bodiless") {
    response.status = 418;
    return response.set_header("Content-Length", "0");
  }
  if (how == "moved") return response.set_redirect("https://elsewhere.example/" + number);
  if (how == "slow") std::this_thread::sleep_for(slowness_.load());
  if (target.find("/chat/completions") == std::string::npos) {
    return AnswerJson(response, 202, R"({"id":"task-)" + number + R"(","model":")" + ValueOf(body, "model") + "\"}");
  }
  const bool is_streamed = ValueOf(body, "stream") == "true";
  if (is_streamed || how != "fast") return Stream(channel_id, is_streamed ? how : how + " whole", response);
  AnswerJson(response, 200, Completion(channel_id, ValueOf(body, "model")));
}

void FakeUpstreams::Stream(std::int64_t channel_id, const std::string& how, httplib::Response& response) {
  if (how.ends_with(" whole")) {
    const std::string body = Completion(channel_id, "fake");
    const bool is_cut = how != "slow whole";
    return response.set_content_provider(body.size(), Uncompressed("application/json"),
                                         [body, is_cut](std::size_t, std::size_t, httplib::DataSink& sink) {
                                           sink.write(body.data(), is_cut ? body.size() / 2 : body.size());
                                           return !is_cut;
                                         });
  }
  ++streams_;
  const std::shared_ptr<void> going_on(nullptr, [this](void*) { --streams_; });
  const auto write = [this, how, going_on, channel_id, piece = std::size_t{0}](std::size_t,
                                                                               httplib::DataSink& sink) mutable {
    const auto send = [&sink](const std::string& text) { return sink.write(text.data(), text.size()); };
    if (how == "cut_off_early") return false;
    if (piece == 2 && (how == "cut_off" || how == "unframed_cut")) return false;
    if (piece == 2 && how == "cut_in_event") {
      send(Chunk(kWords[2], false).substr(0, 40));
      return false;
    }
    if (piece == 2 && how == "stalling") {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return !is_stopping_ && BehaviourOf(channel_id) == how && sink.is_writable();
    }
    if (piece > 0) std::this_thread::sleep_for(pause_.load());
    if (piece < std::size(kWords)) return send(Chunk(kWords[piece++], false));
    send(Chunk(" " + std::to_string(channel_id), true));
    send("data: [DONE]\n\n");
    sink.done();
    return true;
  };
  if (how == "unframed_cut") {
    response.set_header("Connection", "close");
    return response.set_content_provider("text/event-stream", write);
  }
  response.set_chunked_content_provider("text/event-stream", write);
}

}  // namespace gateway
