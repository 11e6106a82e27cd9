// PolicyValue: a value in a policy's text, with its path, and what to say if it is not what is wanted.
//
//   return value.ReadObject(
//       {{"group", [&](const PolicyValue& v) { return v.ReadText(edge.group, "the name of a group"); }},
//        {"when", [&](const PolicyValue& v) { return v.ReadChoice(kWhens, FallbackWhenName, edge.when); }}});
//
// Every error is InvalidArgument "policy.json:2:3: $.groups.vip.fallback[0].when is …; write …". The first one ends
// the reading. `wanted` completes "write …".
//
// Thread safety: thread-compatible. Limits: the tree and the text must outlive the value.
#ifndef POINTSMAN_SRC_LOAD_JSON_POLICY_VALUE_H_
#define POINTSMAN_SRC_LOAD_JSON_POLICY_VALUE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "load/json/json_tree.h"

namespace pointsman::inline v0 {

// The text that is read, for messages, and where in it each value stands that has been read.
struct PolicyText {
  std::string_view text;
  std::string_view name;
  std::map<std::string, std::size_t> places;  // by path: offset behind the value's token
};

class PolicyValue {
 public:
  struct Key {
    std::string_view name;
    std::function<absl::Status(const PolicyValue&)> read;
  };

  PolicyValue(const JsonNode& node, std::string path, PolicyText& text);

  absl::Status ReadText(std::string& out, std::string_view wanted) const;
  absl::Status ReadFlag(bool& out) const;
  absl::Status ReadNumber(std::int32_t& out, std::int32_t least, std::int32_t most) const;
  absl::Status ReadSigned(std::int64_t& out) const;     // any of 64 bits
  absl::Status ReadUnsigned(std::uint64_t& out) const;  // the same without a sign
  template <class Choice, std::size_t n>
  absl::Status ReadChoice(const std::array<Choice, n>& choices, std::string_view (*name)(Choice), Choice& out) const {
    std::vector<std::string_view> names;
    names.reserve(n);
    for (const Choice choice : choices) names.push_back(name(choice));
    std::size_t chosen = 0;
    if (absl::Status s = ReadName(names, chosen); !s.ok()) return s;
    out = choices[chosen];
    return absl::OkStatus();
  }
  // Which of `names` it is.
  absl::Status ReadName(std::span<const std::string_view> names, std::size_t& out) const;
  absl::Status ReadList(std::string_view wanted, const std::function<absl::Status(const PolicyValue&)>& read) const;
  // An object with keys of the writer's own.
  absl::Status ReadMap(std::string_view wanted,
                       const std::function<absl::Status(const std::string&, const PolicyValue&)>& read) const;
  // An object of these keys and no others, all optional.
  absl::Status ReadObject(const std::vector<Key>& keys) const;
  // InvalidArgument where an object lacks one of `keys`.
  absl::Status Require(std::span<const std::string_view> keys) const;

  // "<place>: $.path <problem>".
  absl::Status Error(std::string_view problem) const;
  const JsonNode& node() const { return node_; }
  const PolicyText& text() const { return text_; }
  const std::string& path() const { return path_; }

 private:
  absl::Status Refuse(std::string_view wanted) const;  // "$.path is 5; write …"
  absl::Status At(std::size_t end, const std::string& problem) const;
  absl::Status CheckTwice() const;

  const JsonNode& node_;
  std::string path_;
  PolicyText& text_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_POLICY_VALUE_H_
