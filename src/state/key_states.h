// KeyStates: the keys of one channel that has several: which of them its row disables, which cool down, whose turn it
// is. What is behind a key is never known here: keys are numbers.
//
//   keys.Set(row_keys);
//   if (std::optional<std::uint32_t> key = keys.Next(now, tried)) …       // in turns
//   keys.Cool(*key, now + lasts);                                        // it is left alone until then
//
// A key that fails is out on its own, as long as the policy says for its failure and twice as long each time in a row;
// a success with it ends that. The channel is out where all its keys are.
//
// Thread safety: Next and OpensAt at any time, the others under one lock. Memory: 16 bytes a key, only for channels
// with several; what a row once had is kept, so that readers need no lock.
#ifndef POINTSMAN_SRC_STATE_KEY_STATES_H_
#define POINTSMAN_SRC_STATE_KEY_STATES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "pointsman/channel_keys.h"
#include "pointsman/channel_state.h"
#include "state/cooldown.h"

namespace pointsman::inline v0 {

class KeyStates {
 public:
  using Tried = absl::FunctionRef<bool(std::uint32_t)>;

  void Set(const ChannelKeys& keys);

  // The next in turn that is usable now and that `tried` does not name; where all cool down, the one that is back
  // first, since whoever asks then serves all the same. Nothing where there is none.
  std::optional<std::uint32_t> Next(Nanoseconds now, Tried tried) noexcept;
  // Whether one is usable now that `tried` does not name.
  bool Has(Nanoseconds now, Tried tried) const noexcept;
  // When the first of them can be had: `now` or before, or ModelStates::kForever where the row disables all.
  Nanoseconds OpensAt(Nanoseconds now) const noexcept;

  // How often in a row it cooled down, and from now on until then. Nothing for a key that the row does not have.
  std::int32_t cooldowns(std::uint32_t key) const noexcept;
  void Cool(std::uint32_t key, Nanoseconds until) noexcept;
  bool IsCooling(std::uint32_t key, Nanoseconds now) const noexcept;
  // Not a cooldown more, but a longer one.
  void Prolong(std::uint32_t key, Nanoseconds until) noexcept;
  void Recover(std::uint32_t key) noexcept;
  void RecoverAll() noexcept;

  std::vector<KeyCooldown> States(Nanoseconds now) const;
  std::size_t memory_bytes() const;

 private:
  struct Key {
    std::atomic<Nanoseconds> until{0};
    std::atomic<bool> disabled{false};
    std::uint8_t cooldowns = 0;
  };
  struct Block {
    explicit Block(std::size_t room) : keys(room) {}
    std::vector<Key> keys;
  };
  Key* Find(std::uint32_t key) const noexcept;

  std::atomic<std::uint32_t> count_{0};  // read before the block: never more than that has
  std::atomic<Block*> block_{nullptr};
  std::atomic<std::uint32_t> turn_{0};
  std::vector<std::unique_ptr<Block>> blocks_;  // each twice as large as the one before
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_KEY_STATES_H_
