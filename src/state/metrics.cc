#include "pointsman/metrics.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kMostLabelBytes = 256;
constexpr std::array kPhases = {ChannelPhase::kInOrder, ChannelPhase::kCooling, ChannelPhase::kTrial,
                                ChannelPhase::kSlowStart};

std::string Seconds(double seconds) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6f", seconds);
  return text;
}

template <class... Parts>
void Add(std::string& text, const Parts&... parts) {
  ((text += parts), ...);
}

void Begin(std::string& text, std::string_view name, std::string_view type, std::string_view help) {
  Add(text, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

class Writer {
 public:
  explicit Writer(std::span<const ChannelStatus> states) : states_(states) {}

  // An empty value leaves the channel out.
  void Write(std::string_view name, std::string_view type, std::string_view help,
             const std::function<std::string(const ChannelStatus&)>& value) {
    Begin(text_, name, type, help);
    for (const ChannelStatus& s : states_) Line(name, s, "", value(s));
  }

  void WritePhases() {
    constexpr std::string_view kName = "pointsman_channel_phase";
    Begin(text_, kName, "gauge", "Whether the channel is in this phase.");
    for (const ChannelStatus& s : states_) {
      for (const ChannelPhase phase : kPhases) {
        Line(kName, s, ",phase=\"" + std::string(ChannelPhaseName(phase)) + "\"", s.phase == phase ? "1" : "0");
      }
    }
  }

  std::string text() && { return std::move(text_); }

 private:
  void Line(std::string_view name, const ChannelStatus& s, const std::string& labels, const std::string& value) {
    if (value.empty()) return;
    text_ += std::string(name) + "{channel=\"" + std::to_string(s.channel_id) + "\"" + labels + "} " + value + "\n";
  }

  std::span<const ChannelStatus> states_;
  std::string text_;
};

// A label's value: backslashes and quotes are escaped once more for the format itself.
std::string Label(std::string_view name) {
  return absl::StrReplaceAll(Printable(name, kMostLabelBytes), {{"\\", "\\\\"}, {"\"", "\\\""}});
}

class RouteWriter {
 public:
  explicit RouteWriter(std::span<const RouteCount> counts) : counts_(counts) {
    for (const RouteCount& c : counts) {
      std::string& labels = labels_.emplace_back();
      Add(labels, "{group=\"", Label(c.group), "\",model=\"", Label(c.model), "\",channel=\"",
          c.is_rest() ? std::string() : std::to_string(c.channel_id), "\"");
    }
  }

  void WriteAttempts() {
    constexpr std::string_view kName = "pointsman_route_attempts_total";
    Begin(text_, kName, "counter", "Attempts reported, by how they ended.");
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      for (std::size_t kind = 0; kind < kOutcomeKinds; ++kind) {
        if (counts_[i].by_kind[kind] == 0) continue;
        Add(text_, kName, labels_[i], ",outcome=\"", OutcomeKindName(static_cast<OutcomeKind>(kind)), "\"} ",
            std::to_string(counts_[i].by_kind[kind]), "\n");
      }
    }
  }

  void WriteLatencies() {
    constexpr std::string_view kName = "pointsman_route_latency_seconds";
    Begin(text_, kName, "summary", "Time that successes took.");
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i].timed == 0) continue;
      const double seconds = std::chrono::duration<double>(counts_[i].latency).count();
      Add(text_, kName, "_sum", labels_[i], "} ", Seconds(seconds), "\n");
      Add(text_, kName, "_count", labels_[i], "} ", std::to_string(counts_[i].timed), "\n");
    }
  }

  void WriteTokens() {
    constexpr std::string_view kName = "pointsman_route_tokens_total";
    Begin(text_, kName, "counter", "Tokens that attempts used.");
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i].tokens > 0) Add(text_, kName, labels_[i], "} ", std::to_string(counts_[i].tokens), "\n");
    }
  }

  std::string text() && { return std::move(text_); }

 private:
  std::span<const RouteCount> counts_;
  std::vector<std::string> labels_;  // of each count, without the closing brace
  std::string text_;
};

}  // namespace

std::string PrometheusText(std::span<const ChannelStatus> states) {
  using Status = const ChannelStatus&;
  Writer writer(states);
  writer.Write("pointsman_channel_switched_off", "gauge", "Whether the channel is switched off, by its id or its tag.",
               [](Status s) { return std::string(s.switched_off || s.tag_off ? "1" : "0"); });
  writer.WritePhases();
  writer.Write("pointsman_channel_phase_remaining_seconds", "gauge", "How long the phase lasts yet.",
               [](Status s) { return Seconds(std::chrono::duration<double>(s.remaining).count()); });
  writer.Write("pointsman_channel_cooldowns", "gauge", "Cooldowns in a row.",
               [](Status s) { return std::to_string(s.cooldowns); });
  writer.Write("pointsman_channel_successes_total", "counter", "Successes reported.",
               [](Status s) { return std::to_string(s.successes); });
  writer.Write("pointsman_channel_failures_total", "counter", "Failures reported.",
               [](Status s) { return std::to_string(s.failures); });
  writer.Write(
      "pointsman_channel_latency_seconds", "gauge", "Moving average of the time that successes took.",
      [](Status s) { return s.latency.count() == 0 ? "" : Seconds(std::chrono::duration<double>(s.latency).count()); });
  writer.Write("pointsman_channel_in_flight", "gauge", "Requests in flight, counted where there is a limit.",
               [](Status s) { return std::to_string(s.in_flight); });
  writer.Write("pointsman_channel_models_out", "gauge", "Models that the channel is left out for.",
               [](Status s) { return std::to_string(s.models.size()); });
  return std::move(writer).text();
}

std::string PrometheusText(std::span<const RouteCount> counts) {
  RouteWriter writer(counts);
  writer.WriteAttempts();
  writer.WriteLatencies();
  writer.WriteTokens();
  return std::move(writer).text();
}

}  // namespace pointsman::inline v0
