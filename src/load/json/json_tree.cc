#include "load/json/json_tree.h"

#include <utility>

namespace pointsman::inline v0 {

// The next value. Only the innermost open node grows, so the others stay where they are.
absl::StatusOr<JsonNode*> JsonTreeBuilder::Add(JsonCursor& at) {
  if (++count_ > kMaxJsonNodes) {
    return at.Error("more than " + std::to_string(kMaxJsonNodes) + " values; shorten the lists");
  }
  JsonNode& node = open_.empty() ? root_ : open_.back()->children.emplace_back();
  node.key = std::exchange(key_, {});
  node.key_end = key_end_;
  node.end = at.end();
  return &node;
}

absl::Status JsonTreeBuilder::OnBegin(JsonNest nest, JsonCursor& at) {
  absl::StatusOr<JsonNode*> node = Add(at);
  if (!node.ok()) return node.status();
  (*node)->kind = nest == JsonNest::kList ? JsonNode::Kind::kList : JsonNode::Kind::kObject;
  open_.push_back(*node);
  return absl::OkStatus();
}

absl::Status JsonTreeBuilder::OnKey(std::string_view key, JsonCursor& at) {
  key_ = key;
  key_end_ = at.end();
  return absl::OkStatus();
}

absl::Status JsonTreeBuilder::OnScalar(const JsonScalar& value, JsonCursor& at) {
  absl::StatusOr<JsonNode*> node = Add(at);
  if (!node.ok()) return node.status();
  (*node)->scalar = value;
  (*node)->scalar.text = {};
  (*node)->text = value.text;
  return absl::OkStatus();
}

absl::Status JsonTreeBuilder::OnEnd(JsonNest, JsonCursor&) {
  open_.pop_back();
  return absl::OkStatus();
}

JsonNode JsonTreeBuilder::Take() { return std::move(root_); }

std::string JsonNode::Shown() const {
  if (kind == Kind::kList) return "a list";
  if (kind == Kind::kObject) return "an object";
  JsonScalar shown = scalar;
  shown.text = text;
  return shown.Shown();
}

absl::StatusOr<JsonNode> ReadJsonTree(std::string_view text, std::string_view name) {
  JsonTreeBuilder builder;
  if (absl::Status status = ReadJson(text, name, builder); !status.ok()) return status;
  return builder.Take();
}

}  // namespace pointsman::inline v0
