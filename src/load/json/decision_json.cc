#include "load/json/decision_json.h"

#include <array>
#include <limits>
#include <utility>

#include "load/json/json_line.h"
#include "pointsman/load/dump.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

using Value = PolicyValue;

constexpr std::array kReasons = {
    Reason::kNone,        Reason::kUnknownGroup,    Reason::kEmptyGroup,    Reason::kGroupNotAllowed,
    Reason::kNoSuchModel, Reason::kModelNotInGroup, Reason::kAllDisabled,   Reason::kAllCoolingDown,
    Reason::kAllAtLimit,  Reason::kAllFiltered,     Reason::kAllZeroWeight, Reason::kExhausted,
    Reason::kBudgetSpent, Reason::kAttemptLimit,    Reason::kFilterFailed,  Reason::kPinUnusable,
    Reason::kEmptyTable};
constexpr std::array kRejected = {Rejected::kChannelDisabled,
                                  Rejected::kAbilityDisabled,
                                  Rejected::kZeroWeight,
                                  Rejected::kTried,
                                  Rejected::kOut,
                                  Rejected::kFiltered,
                                  Rejected::kFilterFailed,
                                  Rejected::kTierTried,
                                  Rejected::kGroupTried,
                                  Rejected::kNoPriority};
constexpr std::array kOutReasons = {OutReason::kSwitchedOff, OutReason::kCoolingDown, OutReason::kAtLimit,
                                    OutReason::kSlowStart};
constexpr std::int32_t kLeastCode = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kMostCode = std::numeric_limits<std::int32_t>::max();

void WriteNames(const std::vector<std::string>& names, JsonLine& line) {
  line.Begin('[');
  for (const std::string& name : names) line.Text(name);
  line.End(']');
}

template <class Numbers>
void WriteNumbers(const Numbers& numbers, JsonLine& line) {
  line.Begin('[');
  for (const auto number : numbers) line.Number(number);
  line.End(']');
}

void WriteRequest(const RecordedRequest& request, JsonLine& line) {
  line.Begin('{').Key("group").Text(request.group).Key("user_group").Text(request.user_group);
  line.Key("model").Text(request.model);
  if (request.allowed_groups) WriteNames(*request.allowed_groups, line.Key("allowed_groups"));
  if (request.ordered_groups) WriteNames(*request.ordered_groups, line.Key("ordered_groups"));
  if (request.stay_in_group) line.Key("stay_in_group").Flag(true);
  if (request.pin) line.Key("pin").Number(*request.pin);
  if (request.affinity) line.Key("affinity").Number(*request.affinity);
  line.End('}');
}

JsonLine& BeginCandidate(const RecordedCandidate& candidate, JsonLine& line) {
  line.Begin('{').Key("channel_id").Number(candidate.channel_id).Key("priority").Number(candidate.priority);
  return line.Key("group").Text(candidate.group).Key("model").Text(candidate.model);
}

template <class T>
std::vector<Value::Key> CandidateKeys(RecordedCandidate& candidate, T more) {
  std::vector<Value::Key> keys = {
      {"channel_id", [&](const Value& v) { return v.ReadSigned(candidate.channel_id); }},
      {"priority", [&](const Value& v) { return v.ReadSigned(candidate.priority); }},
      {"group", [&](const Value& v) { return v.ReadText(candidate.group, "the name of a group in double quotes"); }},
      {"model", [&](const Value& v) { return v.ReadText(candidate.model, "the name of a model in double quotes"); }}};
  for (Value::Key& key : more) keys.push_back(std::move(key));
  return keys;
}

// An object of all these keys.
absl::Status ReadWhole(const Value& value, const std::vector<Value::Key>& keys) {
  if (absl::Status s = value.ReadObject(keys); !s.ok()) return s;
  std::vector<std::string_view> names;
  names.reserve(keys.size());
  for (const Value::Key& key : keys) names.push_back(key.name);
  return value.Require(names);
}

absl::Status ReadNames(const Value& value, std::vector<std::string>& out) {
  return value.ReadList("a list of groups", [&](const Value& item) {
    return item.ReadText(out.emplace_back(), "the name of a group in double quotes");
  });
}

absl::Status ReadRequest(const Value& value, RecordedRequest& out) {
  const auto text = [](std::string& name) {
    return [&name](const Value& v) { return v.ReadText(name, "a name in double quotes"); };
  };
  absl::Status read = value.ReadObject({
      {"group", text(out.group)},
      {"user_group", text(out.user_group)},
      {"model", text(out.model)},
      {"allowed_groups", [&](const Value& v) { return ReadNames(v, out.allowed_groups.emplace()); }},
      {"ordered_groups", [&](const Value& v) { return ReadNames(v, out.ordered_groups.emplace()); }},
      {"stay_in_group", [&](const Value& v) { return v.ReadFlag(out.stay_in_group); }},
      {"pin", [&](const Value& v) { return v.ReadSigned(out.pin.emplace()); }},
      {"affinity", [&](const Value& v) { return v.ReadUnsigned(out.affinity.emplace()); }},
  });
  return read.ok() ? value.Require(std::array<std::string_view, 3>{"group", "user_group", "model"}) : read;
}

absl::Status ReadAttempts(const Value& value, std::optional<Attempts>& out) {
  std::int32_t room = 0;
  std::string made;
  const absl::Status read =
      ReadWhole(value, {{"room",
                         [&](const Value& v) {
                           return v.ReadNumber(room, Attempts::kInline, static_cast<std::int32_t>(Attempts::kMax));
                         }},
                        {"made", [&](const Value& v) {
                           if (absl::Status s = v.ReadText(made, "what Attempts::Text gave"); !s.ok()) return s;
                           const absl::StatusOr<Attempts> parsed = Attempts::Parse(made);
                           if (parsed.ok()) {
                             out = *parsed;
                             return absl::OkStatus();
                           }
                           return v.Error("is " + Quoted(made) + ": " + std::string(parsed.status().message()));
                         }}});
  if (!read.ok()) return read;
  if (out->size() > static_cast<std::size_t>(room)) {
    return value.Error("has room for " + std::to_string(room) + " attempts and holds " + std::to_string(out->size()) +
                       "; write what Attempts::capacity gave");
  }
  return out->Reserve(static_cast<std::size_t>(room));
}

absl::Status ReadVerdict(const Value& value, FilterVerdict& out) {
  return ReadWhole(value, CandidateKeys(out.candidate, std::vector<Value::Key>{{"code", [&](const Value& v) {
                                                                                  return v.ReadNumber(
                                                                                      out.code, kLeastCode, kMostCode);
                                                                                }}}));
}

absl::Status ReadWeight(const Value& value, std::uint32_t& out) {
  std::uint64_t weight = 0;
  if (absl::Status s = value.ReadUnsigned(weight); !s.ok()) return s;
  if (weight > std::numeric_limits<std::uint32_t>::max()) return value.Error("is above 4294967295; write a weight");
  out = static_cast<std::uint32_t>(weight);
  return absl::OkStatus();
}

absl::Status ReadRejected(const Value& value, RejectedCandidate& out) {
  return ReadWhole(
      value, CandidateKeys(
                 out.candidate,
                 std::vector<Value::Key>{
                     {"weight", [&](const Value& v) { return ReadWeight(v, out.weight); }},
                     {"why", [&](const Value& v) { return v.ReadChoice(kRejected, RejectedName, out.why); }},
                     {"code", [&](const Value& v) { return v.ReadNumber(out.filter_code, kLeastCode, kMostCode); }}}));
}

absl::Status ReadAnswer(const Value& value, RecordedAnswer& out) {
  std::int32_t key = 0;
  const absl::Status read =
      value.ReadObject({{"reason", [&](const Value& v) { return v.ReadChoice(kReasons, ReasonName, out.reason); }},
                        {"channel_id", [&](const Value& v) { return v.ReadSigned(out.channel_id); }},
                        {"priority", [&](const Value& v) { return v.ReadSigned(out.priority); }},
                        {"group", [&](const Value& v) { return v.ReadText(out.group, "the group that served"); }},
                        {"key", [&](const Value& v) {
                           const absl::Status s =
                               v.ReadNumber(key, 0, static_cast<std::int32_t>(ChannelKeys::kMost) - 1);
                           out.key = static_cast<std::uint32_t>(key);
                           return s;
                         }}});
  return read.ok() ? value.Require(std::array<std::string_view, 4>{"reason", "channel_id", "priority", "group"}) : read;
}

absl::Status ReadFormat(const Value& value) {
  std::uint64_t format = 0;
  if (absl::Status s = value.ReadUnsigned(format); !s.ok()) return s;
  if (format == 1) return absl::OkStatus();
  return value.Error("is " + std::to_string(format) + ", and this version knows 1; read it with a newer one");
}

constexpr std::array<std::string_view, 8> kNeeded = {
    "pointsman_decision", "content_hash", "generation", "request", "out", "words", "answer", "rejected"};

}  // namespace

absl::Status ReadOut(const PolicyValue& value, OutChannel& out) {
  std::int32_t level = 0;
  absl::Status read = value.ReadObject(
      {{"channel_id", [&](const Value& v) { return v.ReadSigned(out.channel_id); }},
       {"reason", [&](const Value& v) { return v.ReadChoice(kOutReasons, OutReasonName, out.reason); }},
       {"level", [&](const Value& v) { return v.ReadNumber(level, 1, 63); }},
       {"model", [&](const Value& v) { return v.ReadText(out.model, "a model"); }}});
  if (!read.ok()) return read;
  if (absl::Status s = value.Require(std::array<std::string_view, 2>{"channel_id", "reason"}); !s.ok()) return s;
  out.level = static_cast<std::uint32_t>(level);
  if (!out.model.empty() && out.reason != OutReason::kSwitchedOff && out.reason != OutReason::kCoolingDown) {
    return value.Error("has a model, which is \"switched_off\" or \"cooling_down\"; write it anew");
  }
  if ((out.level != 0) == (out.reason == OutReason::kSlowStart)) return absl::OkStatus();
  return value.Error("has a level without \"slow_start\", or that without a level of 1 to 63; write it anew");
}

void WriteOut(const OutChannel& out, JsonLine& line) {
  line.Begin('{').Key("channel_id").Number(out.channel_id).Key("reason").Text(OutReasonName(out.reason));
  if (out.level != 0) line.Key("level").Number(out.level);
  if (!out.model.empty()) line.Key("model").Text(out.model);
  line.End('}');
}

std::string DecisionToJson(const DecisionRecord& record) {
  std::string json;
  JsonLine line(json);
  line.Begin('{').Key("pointsman_decision").Number(1).Key("content_hash").Text(record.content_hash);
  line.Key("generation").Number(record.generation);
  WriteRequest(record.request, line.Key("request"));
  if (record.attempts) {
    line.Key("attempts").Begin('{').Key("room").Number(record.attempts->capacity());
    line.Key("made").Text(record.attempts->Text()).End('}');
  }
  line.Key("out").Begin('[');
  for (const OutChannel& out : record.out) WriteOut(out, line);
  line.End(']');
  if (!record.refusing.empty()) WriteNames(record.refusing, line.Key("refusing"));
  if (record.request.filtered) {
    line.Key("filter").Begin('[');
    for (const FilterVerdict& v : record.verdicts)
      BeginCandidate(v.candidate, line).Key("code").Number(v.code).End('}');
    line.End(']');
  }
  WriteNumbers(record.words, line.Key("words"));
  line.Key("answer").Begin('{').Key("reason").Text(ReasonName(record.answer.reason));
  line.Key("channel_id").Number(record.answer.channel_id).Key("priority").Number(record.answer.priority);
  line.Key("group").Text(record.answer.group);
  if (record.answer.key) line.Key("key").Number(*record.answer.key);
  line.End('}').Key("rejected").Begin('[');
  for (const RejectedCandidate& r : record.rejected) {
    BeginCandidate(r.candidate, line).Key("weight").Number(r.weight).Key("why").Text(RejectedName(r.why));
    line.Key("code").Number(r.filter_code).End('}');
  }
  line.End(']').End('}');
  return json;
}

absl::Status ReadDecision(const PolicyValue& value, DecisionRecord& record) {
  absl::Status read = value.ReadObject(
      {{"pointsman_decision", ReadFormat},
       {"content_hash", [&](const Value& v) { return v.ReadText(record.content_hash, "the hash of its table"); }},
       {"generation", [&](const Value& v) { return v.ReadUnsigned(record.generation); }},
       {"request", [&](const Value& v) { return ReadRequest(v, record.request); }},
       {"attempts", [&](const Value& v) { return ReadAttempts(v, record.attempts); }},
       {"out",
        [&](const Value& v) {
          return v.ReadList("a list of channels",
                            [&](const Value& item) { return ReadOut(item, record.out.emplace_back()); });
        }},
       {"refusing", [&](const Value& v) { return ReadNames(v, record.refusing); }},
       {"filter",
        [&](const Value& v) {
          record.request.filtered = true;
          return v.ReadList("a list of verdicts",
                            [&](const Value& item) { return ReadVerdict(item, record.verdicts.emplace_back()); });
        }},
       {"words",
        [&](const Value& v) {
          return v.ReadList("a list of numbers",
                            [&](const Value& item) { return item.ReadUnsigned(record.words.emplace_back()); });
        }},
       {"answer", [&](const Value& v) { return ReadAnswer(v, record.answer); }},
       {"rejected", [&](const Value& v) {
          return v.ReadList("a list of candidates",
                            [&](const Value& item) { return ReadRejected(item, record.rejected.emplace_back()); });
        }}});
  return read.ok() ? value.Require(kNeeded) : read;
}

void RestoreBytes(JsonNode& node) {
  if (node.is_text()) node.text = BytesOfText(node.text);
  node.key = BytesOfText(node.key);
  for (JsonNode& child : node.children) RestoreBytes(child);
}

absl::StatusOr<DecisionRecord> ParseDecision(std::string_view text, std::string_view name) {
  if (constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf"; text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  absl::StatusOr<JsonNode> root = ReadJsonTree(text, name);
  if (!root.ok()) return root.status();
  RestoreBytes(*root);
  PolicyText places{.text = text, .name = name, .places = {}};
  DecisionRecord record;
  if (absl::Status status = ReadDecision({*root, "$", places}, record); !status.ok()) return status;
  return record;
}

}  // namespace pointsman::inline v0
