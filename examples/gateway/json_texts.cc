#include "json_texts.h"

#include <cstddef>
#include <utility>

#include "nlohmann/json.hpp"

namespace gateway {
namespace {

using Json = nlohmann::ordered_json;

// Deep nesting costs memory, and no text that is read here means it. The parser itself does not recurse.
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
Json Parse(std::string_view text) {
  if (IsTooDeep(text)) return Json(Json::value_t::discarded);
  return Json::parse(text.begin(), text.end(), nullptr, false);
}

// Names may hold bytes that are no UTF-8.
std::string Write(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json Model(std::string_view id) { return {{"id", id}, {"object", "model"}, {"created", 0}, {"owned_by", "gateway"}}; }

}  // namespace

std::optional<std::string> TextUnder(std::string_view name, std::string_view object) {
  const Json json = Parse(object);
  if (!json.is_object()) return std::nullopt;
  const auto member = json.find(std::string(name));
  return member == json.end() || !member->is_string() ? std::nullopt : std::optional(Write(*member));
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
