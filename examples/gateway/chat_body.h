// What routing needs of a chat request's body: its model, where that stands, and whether an answer shall be streamed.
//
//   absl::StatusOr<ChatBody> chat = ParseChatBody(body);
//
// Thread safety: thread-safe (pure functions). What comes from strangers may be anything: no function throws.
#ifndef GATEWAY_CHAT_BODY_H_
#define GATEWAY_CHAT_BODY_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace gateway {

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

}  // namespace gateway

#endif  // GATEWAY_CHAT_BODY_H_
