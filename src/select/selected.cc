#include "select/selected.h"

#include <algorithm>

namespace pointsman::inline v0 {

std::uint32_t ChannelNumber(const TableData& data, std::int64_t channel_id) noexcept {
  const auto found =
      std::lower_bound(data.channels.begin(), data.channels.end(), channel_id,
                       [](const ChannelRecord& channel, std::int64_t wanted) { return channel.id < wanted; });
  if (found == data.channels.end() || found->id != channel_id || found->removed) return kNoIndex;
  return static_cast<std::uint32_t>(found - data.channels.begin());
}

bool ClaimSelected(const Published& published, Selection& selection) noexcept {
  const std::uint32_t channel = ChannelNumber(*published.data, selection.channel_id());
  const std::uint64_t word = published.channels[channel].word->load(std::memory_order_relaxed);
  if (word == 0 || (word & slot_bit::kFrozen) != 0) return true;
  const Leniency leniency = selection.degraded() ? Leniency::kServeCooling : Leniency::kNone;
  SlotState& state = *published.states[channel];
  Taken taken;
  if (!state.Claim(word, published.state->clock.Now().count(), leniency, taken)) return false;
  SelectionAccess::Take(selection, taken);
  return true;
}

}  // namespace pointsman::inline v0
