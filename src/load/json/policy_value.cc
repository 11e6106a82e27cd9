#include "load/json/policy_value.h"

#include <algorithm>
#include <set>

#include "text/field_path.h"
#include "text/nearest.h"
#include "text/printable.h"

namespace pointsman::inline v0 {

PolicyValue::PolicyValue(const JsonNode& node, std::string path, PolicyText& text)
    : node_(node), path_(std::move(path)), text_(text) {
  text_.places.emplace(path_, node.end);
}

absl::Status PolicyValue::At(std::size_t end, const std::string& problem) const {
  JsonCursor cursor(text_.text, text_.name);
  cursor.MoveTo(end);
  return cursor.Error(problem);
}

absl::Status PolicyValue::Error(std::string_view problem) const {
  std::string message = path_;
  message += ' ';
  message += problem;
  return At(node_.end, message);
}

absl::Status PolicyValue::Refuse(std::string_view wanted) const {
  return Error("is " + node_.Shown() + "; write " + std::string(wanted));
}

absl::Status PolicyValue::ReadText(std::string& out, std::string_view wanted) const {
  if (!node_.is_text()) return Refuse(wanted);
  out = node_.text;
  return absl::OkStatus();
}

absl::Status PolicyValue::ReadFlag(bool& out) const {
  if (node_.kind != JsonNode::Kind::kScalar || node_.scalar.kind != JsonScalar::Kind::kBoolean) {
    return Refuse("true or false");
  }
  out = node_.scalar.boolean;
  return absl::OkStatus();
}

absl::Status PolicyValue::ReadNumber(std::int32_t& out, std::int32_t least, std::int32_t most) const {
  const bool is_whole = node_.kind == JsonNode::Kind::kScalar && node_.scalar.kind == JsonScalar::Kind::kInteger;
  if (!is_whole || node_.scalar.integer < least || node_.scalar.integer > most) {
    return Refuse("a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  out = static_cast<std::int32_t>(node_.scalar.integer);
  return absl::OkStatus();
}

absl::Status PolicyValue::ReadSigned(std::int64_t& out) const {
  if (node_.kind != JsonNode::Kind::kScalar || node_.scalar.kind != JsonScalar::Kind::kInteger) {
    return Refuse("a whole number of 64 bits");
  }
  out = node_.scalar.integer;
  return absl::OkStatus();
}

absl::Status PolicyValue::ReadUnsigned(std::uint64_t& out) const {
  JsonScalar scalar = node_.scalar;
  scalar.text = node_.text;
  if (node_.kind == JsonNode::Kind::kScalar && ToUnsigned(scalar, out)) return absl::OkStatus();
  return Refuse("a whole number from 0 to 18446744073709551615");
}

absl::Status PolicyValue::Require(std::span<const std::string_view> keys) const {
  for (const std::string_view key : keys) {
    const auto has = [&](const JsonNode& member) { return member.key == key; };
    if (std::none_of(node_.children.begin(), node_.children.end(), has)) {
      return Error("has no " + Quoted(key) + "; write it anew: it is cut, or changed by hand");
    }
  }
  return absl::OkStatus();
}

absl::Status PolicyValue::ReadName(std::span<const std::string_view> names, std::size_t& out) const {
  const std::string wanted = "one of " + JoinNames(names);
  if (!node_.is_text()) return Refuse(wanted);
  const auto found = std::find(names.begin(), names.end(), node_.text);
  if (found == names.end()) {
    return Error("is " + Quoted(node_.text) + DidYouMean(node_.text, names) + "; write " + wanted);
  }
  out = static_cast<std::size_t>(found - names.begin());
  return absl::OkStatus();
}

absl::Status PolicyValue::ReadList(std::string_view wanted,
                                   const std::function<absl::Status(const PolicyValue&)>& read) const {
  if (node_.kind != JsonNode::Kind::kList) return Refuse(wanted);
  for (std::size_t i = 0; i < node_.children.size(); ++i) {
    if (absl::Status s = read({node_.children[i], ItemPath(path_, i), text_}); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::Status PolicyValue::CheckTwice() const {
  std::set<std::string_view> seen;
  for (const JsonNode& member : node_.children) {
    if (seen.insert(member.key).second) continue;
    return At(member.key_end, MemberPath(path_, member.key) + " stands there twice; keep one of them");
  }
  return absl::OkStatus();
}

absl::Status PolicyValue::ReadMap(
    std::string_view wanted, const std::function<absl::Status(const std::string&, const PolicyValue&)>& read) const {
  if (node_.kind != JsonNode::Kind::kObject) return Refuse(wanted);
  if (absl::Status s = CheckTwice(); !s.ok()) return s;
  for (const JsonNode& member : node_.children) {
    if (absl::Status s = read(member.key, {member, MemberPath(path_, member.key), text_}); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::Status PolicyValue::ReadObject(const std::vector<Key>& keys) const {
  std::vector<std::string_view> names;
  names.reserve(keys.size());
  for (const Key& key : keys) names.push_back(key.name);
  const std::string wanted = "an object with the keys " + JoinNames(names);
  return ReadMap(wanted, [&](const std::string& name, const PolicyValue& value) {
    const auto key = std::find(names.begin(), names.end(), name);
    if (key != names.end()) return keys[static_cast<std::size_t>(key - names.begin())].read(value);
    const std::string where = path_ == "$" ? std::string() : path_ + ": ";
    return At(value.node_.key_end,
              where + "unknown key " + Quoted(name) + DidYouMean(name, names) + "; the keys are " + JoinNames(names));
  });
}

}  // namespace pointsman::inline v0
