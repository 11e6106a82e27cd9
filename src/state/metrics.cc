#include "pointsman/metrics.h"

#include <array>
#include <cstdio>
#include <functional>
#include <string_view>

namespace pointsman::inline v0 {
namespace {

constexpr std::array kPhases = {ChannelPhase::kInOrder, ChannelPhase::kCooling, ChannelPhase::kTrial,
                                ChannelPhase::kSlowStart};

std::string Seconds(double seconds) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6f", seconds);
  return text;
}

class Writer {
 public:
  explicit Writer(std::span<const ChannelStatus> states) : states_(states) {}

  // An empty value leaves the channel out.
  void Write(std::string_view name, std::string_view type, std::string_view help,
             const std::function<std::string(const ChannelStatus&)>& value) {
    Begin(name, type, help);
    for (const ChannelStatus& s : states_) Line(name, s, "", value(s));
  }

  void WritePhases() {
    constexpr std::string_view kName = "pointsman_channel_phase";
    Begin(kName, "gauge", "Whether the channel is in this phase.");
    for (const ChannelStatus& s : states_) {
      for (const ChannelPhase phase : kPhases) {
        Line(kName, s, ",phase=\"" + std::string(ChannelPhaseName(phase)) + "\"", s.phase == phase ? "1" : "0");
      }
    }
  }

  std::string text() && { return std::move(text_); }

 private:
  void Begin(std::string_view name, std::string_view type, std::string_view help) {
    text_ += "# HELP " + std::string(name) + " " + std::string(help) + "\n# TYPE " + std::string(name) + " " +
             std::string(type) + "\n";
  }
  void Line(std::string_view name, const ChannelStatus& s, const std::string& labels, const std::string& value) {
    if (value.empty()) return;
    text_ += std::string(name) + "{channel=\"" + std::to_string(s.channel_id) + "\"" + labels + "} " + value + "\n";
  }

  std::span<const ChannelStatus> states_;
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

}  // namespace pointsman::inline v0
