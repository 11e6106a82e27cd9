#include "json_texts.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "nlohmann/json.hpp"

namespace gateway {
namespace {

using Json = nlohmann::ordered_json;  // an upstream gets the members in the caller's order

// Deep nesting costs memory, and no request means it. The parser itself does not recurse.
constexpr std::size_t kMaxDepth = 64;

bool IsTooDeep(std::string_view text) {
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

// Discarded where it is no JSON.
Json Parse(std::string_view text, const Json::parser_callback_t& see = nullptr) {
  if (IsTooDeep(text)) return Json(Json::value_t::discarded);
  return Json::parse(text.begin(), text.end(), see, false);
}

// Names may hold bytes that are no UTF-8.
std::string Write(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json Model(std::string_view id) { return {{"id", id}, {"object", "model"}, {"created", 0}, {"owned_by", "gateway"}}; }

bool IsModel(const Json& name) {
  const auto& text = name.get_ref<const std::string&>();
  constexpr std::string_view kModel = "model";
  return std::equal(text.begin(), text.end(), kModel.begin(), kModel.end(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

}  // namespace

absl::StatusOr<ChatBody> ParseChatBody(std::string_view body) {
  // Upstreams differ in which of two members counts, and some do not tell "Model" from "model": what is asked for there
  // has to be what was judged and routed here.
  int models = 0;
  const Json json = Parse(body, [&](int depth, Json::parse_event_t event, const Json& parsed) {
    models += depth == 1 && event == Json::parse_event_t::key && IsModel(parsed);
    return true;
  });
  if (json.is_discarded()) return absl::InvalidArgumentError("The body is not JSON.");
  if (!json.is_object()) return absl::InvalidArgumentError("The body is not a JSON object.");
  const auto model = json.find("model");
  if (model == json.end()) return absl::InvalidArgumentError("The body has no \"model\".");
  if (models > 1) return absl::InvalidArgumentError("The body has \"model\" more than once.");
  if (!model->is_string()) return absl::InvalidArgumentError("\"model\" is not a string.");
  const auto stream = json.find("stream");
  const bool is_streamed = stream != json.end() && stream->is_boolean() && stream->get<bool>();
  return ChatBody{.model = model->get<std::string>(), .is_streamed = is_streamed};
}

std::optional<std::string> WithMappedModel(std::string_view body, std::string_view mapping) {
  const Json names = Parse(mapping);
  if (!names.is_object()) return std::nullopt;
  Json json = Parse(body);
  if (!json.is_object() || !json.contains("model") || !json["model"].is_string()) return std::nullopt;
  const auto name = names.find(json["model"].get<std::string>());
  if (name == names.end() || !name->is_string()) return std::nullopt;
  json["model"] = *name;
  return Write(json);
}

std::vector<std::string> ParseStrings(std::string_view array) {
  std::vector<std::string> texts;
  const Json json = Parse(array);
  if (!json.is_array()) return texts;
  for (const Json& item : json) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::string ErrorJson(std::string_view message, std::string_view type, std::string_view code) {
  return Write({{"error", {{"message", message}, {"type", type}, {"param", nullptr}, {"code", code}}}});
}

std::string ModelsJson(const std::vector<std::string>& models) {
  Json data = Json::array();
  for (const std::string& model : models) data.push_back(Model(model));
  return Write({{"object", "list"}, {"data", std::move(data)}});
}

std::string ModelJson(std::string_view model) { return Write(Model(model)); }

}  // namespace gateway
