#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/json/json_reader.h"
#include "pointsman/load/json.h"
#include "text/nearest.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::array<std::string_view, 3> kKeys = {"default_group", "empty_group", "source"};
// Part of the format, but this version does nothing about them: ignoring them would route otherwise than was asked.
constexpr std::array<std::string_view, 7> kLaterKeys = {"groups", "auto",    "usable",    "models",
                                                        "retry",  "balance", "fleet_seed"};
constexpr std::array kEmptyGroups = {EmptyGroup::kInherit, EmptyGroup::kDefault, EmptyGroup::kRefuse,
                                     EmptyGroup::kExact};
constexpr std::array kSources = {RowSource::kBoth, RowSource::kChannels, RowSource::kAbilities};

template <std::size_t n>
bool Contains(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The names of a choice, in the order of its values.
template <class Choice, std::size_t n>
std::array<std::string_view, n> Names(const std::array<Choice, n>& choices, std::string_view (*name)(Choice)) {
  std::array<std::string_view, n> names;
  std::transform(choices.begin(), choices.end(), names.begin(), name);
  return names;
}

// One object of scalars: {"default_group": "default", …}.
class PolicyReader final : public JsonEvents {
 public:
  absl::Status OnBegin(JsonNest nest, JsonCursor& at) override {
    const bool is_list = nest == JsonNest::kList;
    if (!key_.empty()) return Refuse(is_list ? "a list" : "an object", at);
    return is_list ? NotAnObject("a list", at) : absl::OkStatus();
  }
  absl::Status OnKey(std::string_view key, JsonCursor& at) override;
  absl::Status OnScalar(const JsonScalar& value, JsonCursor& at) override;
  absl::Status OnEnd(JsonNest, JsonCursor&) override { return absl::OkStatus(); }

  const Policy& policy() const { return policy_; }

 private:
  static absl::Status NotAnObject(const std::string& found, const JsonCursor& at) {
    return at.Error("the policy is " + found + ", not an object; write {} for the default policy");
  }
  // "$.source is 5; write …".
  absl::Status Refuse(const std::string& found, const JsonCursor& at) const;
  template <class Choice, std::size_t n>
  absl::Status Choose(const JsonScalar& value, const std::array<Choice, n>& choices, std::string_view (*name)(Choice),
                      const JsonCursor& at, Choice& chosen) const;
  std::string Allowed() const;

  Policy policy_;
  std::string key_;  // whose value comes next
  std::vector<std::string> seen_;
};

absl::Status PolicyReader::OnKey(std::string_view key, JsonCursor& at) {
  if (Contains(kLaterKeys, key)) {
    return at.Error("$." + std::string(key) + ": this version does not know " + Quoted(key) + " yet; remove it");
  }
  if (!Contains(kKeys, key)) {
    return at.Error("unknown key " + Quoted(key) + DidYouMean(key, kKeys) + "; the keys are " + JoinNames(kKeys));
  }
  key_ = key;
  if (std::find(seen_.begin(), seen_.end(), key_) != seen_.end()) {
    return at.Error("$." + key_ + " stands in the policy twice; keep one of them");
  }
  seen_.push_back(key_);
  return absl::OkStatus();
}

absl::Status PolicyReader::OnScalar(const JsonScalar& value, JsonCursor& at) {
  if (key_.empty()) return NotAnObject(value.Shown(), at);
  if (value.kind != JsonScalar::Kind::kText) return Refuse(value.Shown(), at);
  if (key_ == "empty_group") return Choose(value, kEmptyGroups, EmptyGroupName, at, policy_.groups.empty_group);
  if (key_ == "source") return Choose(value, kSources, RowSourceName, at, policy_.source);
  policy_.groups.default_group = value.text;
  return absl::OkStatus();
}

absl::Status PolicyReader::Refuse(const std::string& found, const JsonCursor& at) const {
  return at.Error("$." + key_ + " is " + found + "; write " + Allowed());
}

template <class Choice, std::size_t n>
absl::Status PolicyReader::Choose(const JsonScalar& value, const std::array<Choice, n>& choices,
                                  std::string_view (*name)(Choice), const JsonCursor& at, Choice& chosen) const {
  const std::array<std::string_view, n> names = Names(choices, name);
  const auto found = std::find(names.begin(), names.end(), value.text);
  if (found == names.end()) return Refuse(Quoted(value.text) + DidYouMean(value.text, names), at);
  chosen = choices[static_cast<std::size_t>(found - names.begin())];
  return absl::OkStatus();
}

std::string PolicyReader::Allowed() const {
  if (key_ == "empty_group") return "one of " + JoinNames(Names(kEmptyGroups, EmptyGroupName));
  if (key_ == "source") return "one of " + JoinNames(Names(kSources, RowSourceName));
  return "the name of a group in double quotes";
}

// "policy: default_group is …" -> "policy.json: $.default_group is …".
absl::Status InFile(const absl::Status& status, std::string_view name) {
  constexpr std::string_view kPrefix = "policy: ";
  const std::string message(status.message());
  const bool has_prefix = message.starts_with(kPrefix);
  return absl::Status(status.code(),
                      std::string(name) + (has_prefix ? ": $." + message.substr(kPrefix.size()) : ": " + message));
}

}  // namespace

absl::StatusOr<Policy> ParsePolicy(std::string_view text, std::string_view name) {
  PolicyReader reader;
  if (absl::Status status = ReadJson(text, name, reader); !status.ok()) return status;
  if (const absl::Status status = reader.policy().Validate(); !status.ok()) return InFile(status, name);
  return reader.policy();
}

}  // namespace pointsman::inline v0
