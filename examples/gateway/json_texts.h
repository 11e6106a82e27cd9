// Small texts of JSON that a gateway reads and writes.
//
// Thread safety: thread-safe (pure functions). What comes from strangers may be anything: no function throws.
#ifndef GATEWAY_JSON_TEXTS_H_
#define GATEWAY_JSON_TEXTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

// The text under that name in an object, as JSON, quotes included; nothing where there is none.
std::optional<std::string> TextUnder(std::string_view name, std::string_view object);

// ["a", "b"]; nothing of what is no text.
std::vector<std::string> ParseStrings(std::string_view array);

// {"error": {"message": …, "type": …, "param": null, "code": …}}, as OpenAI's clients expect it.
std::string ErrorJson(std::string_view message, std::string_view type, std::string_view code);

// {"object": "list", "data": [{"id": …, "object": "model", "created": 0, "owned_by": "gateway"}]}
std::string ModelsJson(const std::vector<std::string>& models);
std::string ModelJson(std::string_view model);

}  // namespace gateway

#endif  // GATEWAY_JSON_TEXTS_H_
