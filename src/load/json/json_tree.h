// ReadJsonTree: JSON text as a tree whose nodes know where they stand. For documents that are small and nested.
//
//   absl::StatusOr<JsonNode> root = ReadJsonTree(text, "policy.json");
//
// Objects keep their members in order, and those that stand in them twice.
//
// Thread safety: thread-safe (a pure function). Cost: one pass; about 150 bytes a value.
// Limits: those of ReadJson, and kMaxJsonNodes values.
#ifndef POINTSMAN_SRC_LOAD_JSON_JSON_TREE_H_
#define POINTSMAN_SRC_LOAD_JSON_JSON_TREE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "load/json/json_reader.h"

namespace pointsman::inline v0 {

inline constexpr std::size_t kMaxJsonNodes = 1'000'000;

struct JsonNode {
  enum class Kind : std::uint8_t { kScalar, kList, kObject };
  Kind kind = Kind::kScalar;
  JsonScalar scalar;        // its text is in `text`
  std::string text;         // of a text, or of a number that is not whole
  std::string key;          // of a member of an object
  std::size_t key_end = 0;  // offset behind the key
  std::size_t end = 0;      // offset behind the value, or behind its opening bracket
  std::vector<JsonNode> children;

  bool is_text() const { return kind == Kind::kScalar && scalar.kind == JsonScalar::Kind::kText; }
  // "null", "5", "the text \"abc\"", "a list", "an object".
  std::string Shown() const;
};

// The events of one value, made into a tree.
class JsonTreeBuilder final : public JsonEvents {
 public:
  absl::Status OnBegin(JsonNest nest, JsonCursor& at) override;
  absl::Status OnKey(std::string_view key, JsonCursor& at) override;
  absl::Status OnScalar(const JsonScalar& value, JsonCursor& at) override;
  absl::Status OnEnd(JsonNest nest, JsonCursor& at) override;

  // REQUIRES: the value has ended.
  JsonNode Take();

 private:
  absl::StatusOr<JsonNode*> Add(JsonCursor& at);

  JsonNode root_;
  std::vector<JsonNode*> open_;
  std::string key_;
  std::size_t key_end_ = 0;
  std::size_t count_ = 0;
};

// `name` stands for the text in messages, which are those of ReadJson.
absl::StatusOr<JsonNode> ReadJsonTree(std::string_view text, std::string_view name);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_JSON_TREE_H_
