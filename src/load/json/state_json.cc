#include <array>
#include <chrono>
#include <string>

#include "load/json/decision_json.h"
#include "load/json/json_line.h"
#include "load/json/json_reader.h"
#include "load/json/policy_value.h"
#include "pointsman/channel_keys.h"
#include "pointsman/load/state.h"

namespace pointsman::inline v0 {
namespace {

using Value = PolicyValue;
using Milliseconds = std::chrono::milliseconds;

constexpr std::array kPhases = {ChannelPhase::kInOrder, ChannelPhase::kCooling, ChannelPhase::kTrial,
                                ChannelPhase::kSlowStart};
constexpr std::array kFailures = {OutcomeKind::kTransient, OutcomeKind::kRateLimited, OutcomeKind::kQuotaExhausted,
                                  OutcomeKind::kCredentialRefused};
constexpr std::int64_t kMostMilliseconds = 1'000'000'000'000;  // thirty years

void WriteSwitch(const ChannelStatus& s, JsonLine& line) {
  if (s.switched_off) line.Key("switched_off").Raw("true");
  if (s.tag_off) line.Key("tag_off").Raw("true");
  if (!s.switch_note.empty()) line.Key("switch_note").Text(s.switch_note);
  if (s.switch_remaining) line.Key("switch_remaining_ms").Number(s.switch_remaining->count());
  if (s.tag_remaining) line.Key("tag_remaining_ms").Number(s.tag_remaining->count());
  if (s.switch_age) line.Key("switch_age_ms").Number(s.switch_age->count());
  if (s.tag_age) line.Key("tag_age_ms").Number(s.tag_age->count());
}

void WriteLimits(const ChannelLimits& limits, JsonLine& line) {
  if (limits == ChannelLimits{}) return;
  line.Key("limits").Begin('{').Key("max_in_flight").Number(limits.max_in_flight);
  line.Key("requests_per_minute").Number(limits.requests_per_minute);
  line.Key("tokens_per_minute").Number(limits.tokens_per_minute).Key("burst").Number(limits.burst).End('}');
}

void WriteModels(const std::vector<ModelState>& models, JsonLine& line) {
  if (models.empty()) return;
  line.Key("models").Begin('[');
  for (const ModelState& m : models) {
    line.Begin('{').Key("model").Text(m.model).Key("switched_off").Raw(m.switched_off ? "true" : "false");
    if (m.remaining) line.Key("remaining_ms").Number(m.remaining->count());
    line.End('}');
  }
  line.End(']');
}

void WriteKeys(const std::vector<KeyCooldown>& keys, JsonLine& line) {
  if (keys.empty()) return;
  line.Key("keys").Begin('[');
  for (const KeyCooldown& k : keys) {
    line.Begin('{').Key("key").Number(k.key).Key("remaining_ms").Number(k.remaining.count()).End('}');
  }
  line.End(']');
}

void WriteStatus(const ChannelStatus& s, JsonLine& line) {
  line.Begin('{').Key("channel_id").Number(s.channel_id).Key("phase").Text(ChannelPhaseName(s.phase));
  line.Key("remaining_ms").Number(s.remaining.count()).Key("age_ms").Number(s.age.count());
  line.Key("cooldowns").Number(s.cooldowns);
  if (s.last_failure) line.Key("last_failure").Text(OutcomeKindName(*s.last_failure));
  line.Key("consecutive_failures").Number(s.consecutive_failures).Key("successes").Number(s.successes);
  line.Key("failures").Number(s.failures);
  line.Key("latency_us").Number(std::chrono::duration_cast<std::chrono::microseconds>(s.latency).count());
  line.Key("in_flight").Number(s.in_flight);
  WriteSwitch(s, line);
  WriteLimits(s.limits, line);
  WriteModels(s.models, line);
  WriteKeys(s.keys, line);
  line.End('}');
}

// A count or a time: no number below 0.
template <class Number>
absl::Status ReadCount(const Value& v, Number& out, std::int64_t most) {
  std::int64_t number = 0;
  if (absl::Status s = v.ReadSigned(number); !s.ok()) return s;
  if (number < 0 || number > most)
    return v.Error("is not in 0 to " + std::to_string(most) + "; write a number in range");
  out = Number(number);
  return absl::OkStatus();
}

template <class Number>
Value::Key Count(std::string_view name, Number& out, std::int64_t most = std::numeric_limits<std::int32_t>::max()) {
  return {name, [&out, most](const Value& v) { return ReadCount(v, out, most); }};
}
template <class Time>
Value::Key Remaining(std::string_view name, Time& out) {
  return {name, [&out](const Value& v) {
            Milliseconds time{0};
            absl::Status s = ReadCount(v, time, kMostMilliseconds);
            out = time;
            return s;
          }};
}

absl::Status ReadLimits(const Value& value, ChannelLimits& limits) {
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  return value.ReadObject(
      {Count("max_in_flight", limits.max_in_flight), Count("requests_per_minute", limits.requests_per_minute, kAny),
       Count("tokens_per_minute", limits.tokens_per_minute, kAny), Count("burst", limits.burst, kAny)});
}

absl::Status ReadModel(const Value& value, ModelState& model) {
  const absl::Status s =
      value.ReadObject({{"model", [&](const Value& v) { return v.ReadText(model.model, "a model"); }},
                        {"switched_off", [&](const Value& v) { return v.ReadFlag(model.switched_off); }},
                        Remaining("remaining_ms", model.remaining)});
  return s.ok() ? value.Require(std::array<std::string_view, 1>{"model"}) : s;
}

absl::Status ReadKey(const Value& value, KeyCooldown& key) {
  const absl::Status s =
      value.ReadObject({Count("key", key.key, ChannelKeys::kMost - 1), Remaining("remaining_ms", key.remaining)});
  return s.ok() ? value.Require(std::array<std::string_view, 2>{"key", "remaining_ms"}) : s;
}

absl::Status ReadFailure(const Value& value, std::optional<OutcomeKind>& kind) {
  return value.ReadChoice(kFailures, OutcomeKindName, kind.emplace());
}

absl::Status ReadStatus(const Value& value, ChannelStatus& s) {
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  std::chrono::microseconds latency{0};
  absl::Status read = value.ReadObject(
      {{"channel_id", [&](const Value& v) { return v.ReadSigned(s.channel_id); }},
       {"phase", [&](const Value& v) { return v.ReadChoice(kPhases, ChannelPhaseName, s.phase); }},
       Remaining("remaining_ms", s.remaining),
       Remaining("age_ms", s.age),
       {"last_failure", [&](const Value& v) { return ReadFailure(v, s.last_failure); }},
       Count("cooldowns", s.cooldowns),
       Count("consecutive_failures", s.consecutive_failures),
       Count("successes", s.successes, kAny),
       Count("failures", s.failures, kAny),
       Count("latency_us", latency, kMostMilliseconds),
       Count("in_flight", s.in_flight),
       {"switched_off", [&](const Value& v) { return v.ReadFlag(s.switched_off); }},
       {"tag_off", [&](const Value& v) { return v.ReadFlag(s.tag_off); }},
       {"switch_note", [&](const Value& v) { return v.ReadText(s.switch_note, "a note in double quotes"); }},
       Remaining("switch_remaining_ms", s.switch_remaining),
       Remaining("tag_remaining_ms", s.tag_remaining),
       Remaining("switch_age_ms", s.switch_age),
       Remaining("tag_age_ms", s.tag_age),
       {"limits", [&](const Value& v) { return ReadLimits(v, s.limits); }},
       {"models",
        [&](const Value& v) {
          return v.ReadList("a list of models", [&](const Value& m) { return ReadModel(m, s.models.emplace_back()); });
        }},
       {"keys", [&](const Value& v) {
          return v.ReadList("a list of keys", [&](const Value& k) { return ReadKey(k, s.keys.emplace_back()); });
        }}});
  s.latency = latency;
  return read.ok() ? value.Require(std::array<std::string_view, 1>{"channel_id"}) : read;
}

absl::Status ReadFormat(const Value& value) {
  std::int64_t format = 0;
  if (absl::Status s = value.ReadSigned(format); !s.ok()) return s;
  return format == 1 ? absl::OkStatus()
                     : value.Error("is a format that this version does not read; write it with a library of this one");
}

}  // namespace

std::string ChannelStatesToJson(std::span<const ChannelStatus> states) {
  std::string json;
  JsonLine line(json);
  line.Begin('{').Key("pointsman_state").Number(1).Key("channels").Begin('[');
  for (const ChannelStatus& status : states) {
    line.Break();
    WriteStatus(status, line);
  }
  line.End(']').End('}');
  json += '\n';
  return json;
}

absl::StatusOr<std::vector<ChannelStatus>> ParseChannelStates(std::string_view text, std::string_view name) {
  absl::StatusOr<JsonNode> root = ReadJsonTree(text, name);
  if (!root.ok()) return root.status();
  RestoreBytes(*root);
  PolicyText places{.text = text, .name = name, .places = {}};
  const Value value(*root, "$", places);
  std::vector<ChannelStatus> states;
  absl::Status read = value.ReadObject(
      {{"pointsman_state", ReadFormat}, {"channels", [&](const Value& v) {
                                           return v.ReadList("a list of channels", [&](const Value& item) {
                                             return ReadStatus(item, states.emplace_back());
                                           });
                                         }}});
  if (read.ok()) read = value.Require(std::array<std::string_view, 2>{"pointsman_state", "channels"});
  if (!read.ok()) return read;
  return states;
}

}  // namespace pointsman::inline v0
