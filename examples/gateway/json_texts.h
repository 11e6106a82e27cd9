// The JSON that a gateway reads and writes, but for the live map. Here alone, and there, is nlohmann/json compiled.
//
// Thread safety: thread-safe (pure functions). What comes from strangers may be anything: no function throws.
#ifndef GATEWAY_JSON_TEXTS_H_
#define GATEWAY_JSON_TEXTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace gateway {

// What routing needs of a chat request's body.
struct ChatBody {
  std::string model;
  bool is_streamed = false;
  // Where the model's value stands in the body, quotes included.
  std::size_t model_begin = 0;
  std::size_t model_end = 0;
};

// InvalidArgument with a text for the caller: not JSON, no object, no "model", two of them, or one that is no text.
// Cost: one pass, of which nothing else is kept, whatever the body holds.
absl::StatusOr<ChatBody> ParseChatBody(std::string_view body);

// The body with its model replaced as a channel's model_mapping says, every other byte as it was. Nothing where the
// mapping says nothing about that model, or cannot be understood. REQUIRES: `parsed` is of `body`.
std::optional<std::string> WithMappedModel(std::string_view body, const ChatBody& parsed, std::string_view mapping);

// ["a", "b"]; nothing of what is no text.
std::vector<std::string> ParseStrings(std::string_view array);

// {"error": {"message": …, "type": …, "param": null, "code": …}}, as OpenAI's clients expect it.
std::string ErrorJson(std::string_view message, std::string_view type, std::string_view code);

// {"object": "list", "data": [{"id": …, "object": "model", "created": 0, "owned_by": "gateway"}]}
std::string ModelsJson(const std::vector<std::string>& models);
std::string ModelJson(std::string_view model);

}  // namespace gateway

#endif  // GATEWAY_JSON_TEXTS_H_
