// ChannelSlots: what is known of a channel at run time, beside the tables and longer than they live. A slot is one
// atomic word, which is all that a selection looks at, and the state behind it, which is read where the word is not 0.
//
//   ChannelSlots slots(options);
//   SlotBinding bound = slots.Bind(channels);        // nothing moves while somebody is bound to it
//   if (!IsInOrder(*bound.slots[0].word)) …          // ask bound.slots[0].state
//
// A channel that is new to the bindings starts in order, but for what was said of it or its tag beforehand; its word is
// reused only when no binding names it any more.
//
// Thread safety: thread-safe. Cost: a read is one load; everything else takes a lock.
#ifndef POINTSMAN_SRC_STATE_CHANNEL_SLOTS_H_
#define POINTSMAN_SRC_STATE_CHANNEL_SLOTS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "pointsman/channel_state.h"
#include "state/slot_state.h"
#include "state/slot_word.h"

namespace pointsman::inline v0 {

class ChannelSlots;

struct BoundSlot {
  const SlotWord* word = nullptr;
  SlotState* state = nullptr;
};

// The slots of some channels, held as long as this lives. Movable.
class SlotBinding {
 public:
  SlotBinding() = default;
  SlotBinding(SlotBinding&&) noexcept = default;
  SlotBinding& operator=(SlotBinding&&) noexcept;
  ~SlotBinding();

  std::vector<BoundSlot> slots;  // parallel to the channels that were bound

  std::size_t memory_bytes() const {
    return slots.capacity() * sizeof(BoundSlot) + ids_.capacity() * sizeof(std::int64_t);
  }

 private:
  friend class ChannelSlots;
  void Release();

  std::shared_ptr<ChannelSlots> owner_;  // keeps the words although the router is gone
  std::vector<std::int64_t> ids_;
};

class ChannelSlots : public std::enable_shared_from_this<ChannelSlots> {
 public:
  struct Channel {
    std::int64_t id = 0;
    std::string_view tag;
  };

  explicit ChannelSlots(ChannelStateOptions options);
  const ChannelStateOptions& options() const { return commons_.options; }
  Nanoseconds Now() const noexcept { return options().clock.Now().count(); }

  SlotBinding Bind(std::span<const Channel> channels);

  // Calls `use` with the channel's state. False where nobody is bound to it.
  bool With(std::int64_t channel_id, const std::function<void(SlotState&)>& use);

  // Of every channel with this tag, those that are bound later included.
  void SwitchTagOff(std::string_view tag, const SwitchNote& note);
  void SwitchTagOn(std::string_view tag);
  // For whenever the channel is bound.
  void Limit(std::int64_t channel_id, const ChannelLimits& limits);

  // Of all that are bound, in order of id.
  std::vector<ChannelStatus> Statuses();

  std::size_t memory_bytes() const;

 private:
  friend class SlotBinding;
  struct TagSwitch {
    std::string why;
    Nanoseconds at = 0;  // this and the next by tag_time_
    Nanoseconds until = 0;
  };
  struct Tag {
    absl::flat_hash_set<std::int64_t> members;  // bound ones
    std::optional<TagSwitch> off;
  };
  using Tags = std::map<std::string, Tag, std::less<>>;
  struct Slot {
    SlotWord* word = nullptr;
    SlotState* state = nullptr;
    Tags::pointer tag = nullptr;  // null: none
    std::uint32_t bindings = 0;
  };

  // The channel's, made if there is none.
  Slot& SlotOf(std::int64_t id);
  void ApplyTag(std::int64_t id, Slot& slot, std::string_view tag);
  void Leave(std::int64_t id, Slot& slot);
  void TidyUp(Tags::iterator tag);
  void Release(std::span<const std::int64_t> ids);

  SlotCommons commons_;
  mutable std::mutex mutex_;
  absl::flat_hash_map<std::int64_t, Slot> slots_;
  Tags tags_;  // with a member or a switch
  ForwardTime tag_time_;
  absl::flat_hash_map<std::int64_t, ChannelLimits> limits_;
  std::deque<SlotWord> words_;   // never moves what it holds
  std::vector<SlotWord*> free_;  // has room for all of them
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_CHANNEL_SLOTS_H_
