#include "callers.h"

#include <optional>
#include <utility>
#include <vector>

#include "answers.h"
#include "chat_body.h"
#include "json_texts.h"
#include "listener.h"

namespace gateway {
namespace {

using pointsman::Caller;
using pointsman::CallerRefusal;
using pointsman::Phrase;

// The video services are routed by path; the body's own "model" is theirs and goes upstream as it is.
struct PathOfModel {
  const char* pattern;
  const char* model;
};
constexpr PathOfModel kPaths[] = {
    {"/runway/.+", "runway"}, {"/runwayml/.+", "runway"}, {"/pika/.+", "pika"}, {"/kling/.+", "kling"}};

// What of a request's headers such a service sees beside Content-Type and Accept: never one that says who calls.
constexpr const char* kForwarded[] = {"X-Runway-Version"};

const Phrase kNoKey = {"No API key was given: send \"Authorization: Bearer sk-…\".",
                       "未提供 API 密钥：请发送请求头“Authorization: Bearer sk-…”。"};
const Phrase kUnknownKey = {"This API key is not known.", "此 API 密钥无效。"};
const Phrase kNoDatabase = {"API keys cannot be checked at the moment; try again.",
                            "暂时无法验证 API 密钥，请稍后重试。"};

// Where the token itself is the obstacle, 401 makes clients say so; a model that it does not name is 403.
int StatusOf(CallerRefusal refusal) {
  return refusal == CallerRefusal::kModelNotAllowed || refusal == CallerRefusal::kTokenExhausted ? 403 : 401;
}

// Whether some channel that requests can be sent to serves it, whatever its state at the moment.
bool IsReachable(const pointsman::RouteTable& table, const Caller& caller, std::string_view model,
                 ReachableChannels& channels) {
  return caller.MayCall(model) == CallerRefusal::kNone &&
         pointsman::Distribute(table, channels.Among(caller.MakeRequest(model))).reason == pointsman::Reason::kNone;
}

}  // namespace

void Callers::Register(httplib::Server& server) {
  server.Post("/v1/chat/completions", [this](const auto& request, auto& response, const httplib::ContentReader& read) {
    Chat(request, read, response);
  });
  server.Get("/v1/models(?:/(.+))?", [this](const auto& request, auto& response) { Models(request, response); });
  for (const PathOfModel& path : kPaths) {
    const std::string model = path.model;
    server.Post(path.pattern, [this, model](const auto& request, auto& response, const httplib::ContentReader& read) {
      ByPath(model, request, &read, response);
    });
    const auto without_body = [this, model](const auto& request, auto& response) {
      ByPath(model, request, nullptr, response);
    };
    server.Get(path.pattern, without_body);
    server.Delete(path.pattern, httplib::Server::Handler(without_body));  // a task that is not wanted any more
  }
}

std::shared_ptr<const Caller> Callers::Enter(const httplib::Request& request, httplib::Response& response) {
  const pointsman::Language language = LanguageOf(request);
  const std::string key = BearerOf(request);
  if (key.empty()) {
    Refuse(response, 401, "invalid_api_key", kNoKey, language);
    return nullptr;
  }
  absl::StatusOr<std::shared_ptr<const Caller>> caller = known_.Find(key);
  if (!caller.ok()) {
    log_.Say("keys cannot be looked up: " + std::string(caller.status().message()));
    Refuse(response, 503, "no_database", kNoDatabase, language);
    return nullptr;
  }
  if (*caller == nullptr) Refuse(response, 401, "invalid_api_key", kUnknownKey, language);
  return *std::move(caller);
}

bool Callers::MayCall(const Call& call, httplib::Response& response) {
  const CallerRefusal refusal = call.caller.MayCall(call.model);
  if (refusal == CallerRefusal::kNone) return true;
  const pointsman::Explanation why = router_.Explain(call.caller.MakeRequest(call.model), &call.caller);
  Refuse(response, StatusOf(refusal), pointsman::CallerRefusalName(refusal), why.Text(LanguageOf(call.http)));
  return false;
}

void Callers::Chat(const httplib::Request& request, const httplib::ContentReader& read, httplib::Response& response) {
  const std::shared_ptr<const Caller> caller = Enter(request, response);
  if (caller == nullptr) return;
  const std::optional<std::string> body = ReadBody(read);
  if (!body.has_value()) return;
  const absl::StatusOr<ChatBody> chat = ParseChatBody(*body);
  if (!chat.ok()) return Refuse(response, 400, "invalid_body", std::string(chat.status().message()));
  const Call call{.http = request,
                  .body = *body,
                  .caller = *caller,
                  .model = chat->model,
                  .chat = &*chat,
                  .is_operators = IsOperators(request)};
  if (MayCall(call, response)) proxy_.Serve(call, response);
}

void Callers::ByPath(const std::string& model, const httplib::Request& request, const httplib::ContentReader* read,
                     httplib::Response& response) {
  const std::shared_ptr<const Caller> caller = Enter(request, response);
  if (caller == nullptr) return;
  const std::optional<std::string> body = read == nullptr ? std::string() : ReadBody(*read);
  if (!body.has_value()) return;
  Call call{.http = request, .body = *body, .caller = *caller, .model = model, .is_operators = IsOperators(request)};
  for (const char* const name : kForwarded) {
    if (request.has_header(name)) call.more.emplace(name, request.get_header_value(name));
  }
  if (MayCall(call, response)) proxy_.Serve(call, response);
}

void Callers::Models(const httplib::Request& request, httplib::Response& response) {
  const std::shared_ptr<const Caller> caller = Enter(request, response);
  if (caller == nullptr) return;
  if (caller->refusal != CallerRefusal::kNone) {
    MayCall({.http = request, .body = {}, .caller = *caller, .model = {}}, response);
    return;
  }
  ReachableChannels channels{upstreams_.All(), {}};
  if (const std::string model = request.matches[1]; !model.empty()) {
    const bool is_reachable =
        router_.Read([&](const pointsman::RouteTable& table) { return IsReachable(table, *caller, model, channels); });
    if (is_reachable) return AnswerJson(response, 200, ModelJson(model));
    return Refuse(response, 404, "model_not_found",
                  router_.Explain(channels.Among(caller->MakeRequest(model)), &*caller).Text(LanguageOf(request)));
  }
  const auto models = router_.Read([&](const pointsman::RouteTable& table) {
    std::vector<std::string> reachable;
    for (const std::string_view name : table.models()) {
      if (!name.ends_with('*') && IsReachable(table, *caller, name, channels)) reachable.emplace_back(name);
    }
    return reachable;
  });
  AnswerJson(response, 200, ModelsJson(models));
}

bool Callers::IsOperators(const httplib::Request& request) const {
  return IsSecret(request.get_header_value("X-Operator-Token"), operators_token_);
}

}  // namespace gateway
