#include "load/json/dump_document.h"

#include <algorithm>
#include <array>
#include <utility>

#include "load/json/byte_text.h"
#include "load/json/decision_json.h"
#include "text/nearest.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::string_view kFormat = "pointsman_dump";
constexpr std::string_view kTables = "tables";
constexpr std::array<std::string_view, 10> kMembers = {kFormat,  "library",  "generation", "content_hash", "policy",
                                                       "groups", "believed", kTables,      "out",          "decisions"};

std::string_view NestName(JsonNest nest) { return nest == JsonNest::kList ? "a list" : "an object"; }

}  // namespace

bool DumpRows::Add(const ChannelRow& row) {
  ChannelRow with_cookie = row;
  with_cookie.cookie = cookie;
  return rows.Add(with_cookie);
}

void DumpRows::Reject(Rejection rejection) {
  if (wrong.ok()) wrong = absl::InvalidArgumentError(rejection.Text());
}

DumpDocument::DumpDocument(const std::string& name, const Wanted& wanted) : rows_(name), reader_(name, wanted, rows_) {}

absl::Status DumpDocument::OnBegin(JsonNest nest, JsonCursor& at) {
  if (depth_ == 0) {
    if (nest == JsonNest::kList) return at.Error("a dump is an object, not a list; write one with DumpToJson");
    ++depth_;
    return absl::OkStatus();
  }
  if (depth_ == 1 && in_tables_ && nest == JsonNest::kList) return at.Error("$.tables is a list, not an object");
  if (at_cookie_) return at.Error("cookie is " + std::string(NestName(nest)) + "; write a whole number");
  ++depth_;
  if (in_tables_ && depth_ == kColumns) rows_.cookie = 0;
  return Target().OnBegin(nest, at);
}

absl::Status DumpDocument::OnKey(std::string_view key, JsonCursor& at) {
  if (depth_ == 1) return BeginMember(key, at);
  if (!in_tables_) return Target().OnKey(key, at);
  at_cookie_ = depth_ == kColumns && key == "cookie";
  return at_cookie_ ? absl::OkStatus() : reader_.OnKey(key, at);
}

absl::Status DumpDocument::OnScalar(const JsonScalar& value, JsonCursor& at) {
  if (depth_ == 0) return at.Error("a dump is an object, not " + std::string(value.KindName()));
  if (std::exchange(at_cookie_, false)) {
    if (ToUnsigned(value, rows_.cookie)) return absl::OkStatus();
    return at.Error("cookie is " + value.Shown() + "; write a whole number from 0 to 18446744073709551615");
  }
  if (depth_ == 1 && in_tables_) return at.Error("$.tables is " + value.Shown() + ", not an object");
  absl::Status told;
  if (in_tables_ && value.kind == JsonScalar::Kind::kText) {
    const std::string bytes = BytesOfText(value.text);
    JsonScalar restored = value;
    restored.text = bytes;
    told = reader_.OnScalar(restored, at);
  } else {
    told = Target().OnScalar(value, at);
  }
  return told.ok() && depth_ == 1 ? EndMember(at) : told;
}

absl::Status DumpDocument::OnEnd(JsonNest nest, JsonCursor& at) {
  if (--depth_ == 0) return absl::OkStatus();
  if (absl::Status told = Target().OnEnd(nest, at); !told.ok()) return told;
  if (!rows_.wrong.ok()) return rows_.wrong;
  return depth_ == 1 ? EndMember(at) : absl::OkStatus();
}

absl::Status DumpDocument::BeginMember(std::string_view name, JsonCursor& at) {
  if (members_.empty() && name != kFormat) {
    return at.Error("this is no dump, which would begin with \"pointsman_dump\"; for tables say json:PATH");
  }
  if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end()) {
    return at.Error("unknown key " + Quoted(name) + DidYouMean(name, kMembers) + "; the keys are " +
                    JoinNames(kMembers));
  }
  if (members_.contains(name)) return at.Error(Quoted(name) + " stands there twice; keep one of them");
  member_ = name;
  in_tables_ = name == kTables;
  tree_.emplace();
  return absl::OkStatus();
}

absl::Status DumpDocument::EndMember(JsonCursor& at) {
  JsonNode& node = members_[member_];
  if (!in_tables_) node = tree_->Take();
  RestoreBytes(node);
  if (member_ != kFormat) return absl::OkStatus();
  const bool is_known = node.kind == JsonNode::Kind::kScalar && node.scalar.kind == JsonScalar::Kind::kInteger &&
                        node.scalar.integer == 1;
  if (is_known) return absl::OkStatus();
  return at.Error("$.pointsman_dump is " + node.Shown() +
                  ", and this version knows format 1; read it with a newer one");
}

absl::Status DumpDocument::CheckMembers(const JsonCursor& at) const {
  for (const std::string_view name : kMembers) {
    if (!members_.contains(name)) {
      return at.Error("the dump has no " + Quoted(name) + "; write it anew: it is cut, or changed by hand");
    }
  }
  return absl::OkStatus();
}

}  // namespace pointsman::inline v0
