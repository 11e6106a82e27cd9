// channel-keys-disabled, channel-info-malformed and channel-disabled-long: channels that are enabled and cannot work,
// and such as were switched off by the gateway and forgotten.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "doctor/checks.h"
#include "doctor/variant.h"
#include "doctor/wording.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;
constexpr std::int64_t kDisabledAutomatically = 3;
constexpr std::int64_t kSecondsADay = std::int64_t{24} * 60 * 60;
constexpr std::int64_t kLongDays = 7;

// Pairs that these channels would serve if they were enabled, and nobody serves.
PairSet PairsWaitingFor(const Evidence& evidence, const ChannelIds& channels) {
  const TableData& data = evidence.table().data();
  PairSet pairs;
  for (const OutRecord& out : data.outs) {
    const GroupAndModel pair(data.groups[out.group], data.models[out.model]);
    if (channels.contains(data.channels[out.channel].id) && !evidence.Serves(pair.first, pair.second)) {
      pairs.insert(pair);
    }
  }
  return pairs;
}

}  // namespace

void CheckChannelKeysDisabled(const Evidence& evidence, Findings& findings) {
  Growing growing("channel-keys-disabled", evidence);
  BoundedList names(kShown);
  ChannelIds channels;
  for (const ChannelRow& row : evidence.rows().channels()) {
    if (!evidence.IsOfInterest(row.id) || !row.keys.all_disabled() || !IsEnabled(row) ||
        evidence.FindChannel(row.id) != &row)
      continue;
    FindingRow where = ChannelWhere(row, "channel_info");
    where.detail = "all of its " + std::to_string(row.keys.count) + " keys are disabled";
    growing.Add(std::move(where));
    names.Add(ChannelText(row.id, row.name.value_or({})));
    channels.insert(row.id);
  }
  if (growing.empty()) return;
  const auto listed = [&](const ChannelRow& row) { return channels.contains(row.id); };
  const Variant with_keys(evidence, [&](ChannelRow& row) {
    if (listed(row)) row.keys = {}, row.channel_info = nullptr;
  });
  const Variant without(evidence, [&](ChannelRow& row) {
    if (listed(row)) row.status = 2;
  });
  const PairSet failing = PairsLost(evidence, with_keys, without);
  growing.finding().failing_routes = failing.size();
  Conclude(growing,
           {.severity = failing.empty() ? Severity::kWarning : Severity::kError,
            .message = growing.Amount("enabled channel has", "enabled channels have") +
                       " no key that is enabled: " + names.Text(),
            .why = "gateways fail each request that draws such a channel; " + PairsFail(failing),
            .advice = "enable a key of the channel, replace the keys, or disable the channel"},
           findings);
}

void CheckChannelInfoMalformed(const Evidence& evidence, Findings& findings) {
  Growing growing("channel-info-malformed", evidence);
  BoundedList names(kShown);
  for (const ChannelRow& row : evidence.rows().channels()) {
    if (!row.keys.malformed || evidence.FindChannel(row.id) != &row) continue;
    growing.Add(ChannelWhere(row, "channel_info"));
    names.Add(ChannelText(row.id, row.name.value_or({})));
  }
  if (growing.empty()) return;
  Conclude(
      growing,
      {.severity = Severity::kWarning,
       .message = "channel_info of " + growing.Amount("channel", "channels") + " cannot be understood: " + names.Text(),
       .why = "no request fails because of it here, where such a channel counts as one with one key; a gateway "
              "may fail to read it, or all channels with it",
       .advice = "save the channel again in the gateway, or write '{}' if it has one key"},
      findings);
}

void CheckChannelDisabledLong(const Evidence& evidence, Findings& findings) {
  if (!evidence.options().now.has_value()) return;
  const std::int64_t now = *evidence.options().now;
  Growing growing("channel-disabled-long", evidence);
  BoundedList names(kShown);
  ChannelIds channels;
  for (const ChannelRow& row : evidence.rows().channels()) {
    if (row.status.value_or(0) != kDisabledAutomatically || evidence.FindChannel(row.id) != &row) continue;
    const std::int64_t since = row.status_time.value_or(now);
    if (since <= 0 || since > now || (now - since) / kSecondsADay < kLongDays) continue;
    FindingRow where = ChannelWhere(row, "status");
    where.detail = "disabled automatically " + std::to_string((now - since) / kSecondsADay) + " days ago";
    names.Add(ChannelText(row.id, row.name.value_or({})) + ", " + where.detail);
    growing.Add(std::move(where));
    channels.insert(row.id);
  }
  if (growing.empty()) return;
  const PairSet waiting = PairsWaitingFor(evidence, channels);
  growing.finding().failing_routes = waiting.size();
  Conclude(
      growing,
      {.severity = waiting.empty() ? Severity::kInfo : Severity::kWarning,
       .message = growing.Amount("channel was", "channels were") + " disabled automatically long ago: " + names.Text(),
       .why = waiting.empty() ? "no request fails because of it: others serve what they list" : PairsFail(waiting),
       .advice = "test the channel and enable it; if it is gone for good, disable it by hand or delete it"},
      findings);
}

}  // namespace pointsman::inline v0
