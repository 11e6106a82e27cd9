// ChoiceSource: what a choice asks of the world beside chance: whose turn it is, who is busy, which key of a channel.
//
//   published.choices->Ticket({.group = g, .model = m, .priority = p});
//   published.choices->InFlight(published, channel);
//
// The router's own answers from its state (LiveChoices). Whoever records a decision stands in between and notes the
// answers; whoever makes it again gives them. Where nobody answers (null), turns are by chance and loads are not known.
//
// Thread safety: as the one who answers; LiveChoices is thread-safe.
#ifndef POINTSMAN_SRC_PUBLISH_CHOICE_SOURCE_H_
#define POINTSMAN_SRC_PUBLISH_CHOICE_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "state/key_states.h"
#include "state/rotations.h"

namespace pointsman::inline v0 {

struct Published;

// Whose turns they are.
struct TurnKey {
  std::string_view group;
  std::string_view model;
  std::int64_t priority = 0;
  bool retry = false;  // of later attempts of walks
};

class ChoiceSource {
 public:
  virtual ~ChoiceSource() = default;
  // Absent: there is no room for turns of this key.
  virtual std::optional<std::uint64_t> Ticket(const TurnKey& key) noexcept = 0;
  // Of a channel, by its number in that table.
  virtual std::uint64_t InFlight(const Published& now, std::uint32_t channel) noexcept = 0;
  // In nanoseconds; 0: not known.
  virtual std::uint64_t Latency(const Published& now, std::uint32_t channel) noexcept = 0;
  // Of a channel with several: one that is not out and that `tried` does not name. Selection::kNoKey: there is none.
  virtual std::uint16_t Key(const Published& now, std::uint32_t channel, KeyStates::Tried tried) noexcept = 0;
  // Whether there is one. Takes no turn.
  virtual bool HasKey(const Published& now, std::uint32_t channel, KeyStates::Tried tried) noexcept = 0;
};

class LiveChoices final : public ChoiceSource {
 public:
  explicit LiveChoices(std::size_t rotations) : rotations_(rotations) {}

  std::optional<std::uint64_t> Ticket(const TurnKey& key) noexcept override;
  std::uint64_t InFlight(const Published& now, std::uint32_t channel) noexcept override;
  std::uint64_t Latency(const Published& now, std::uint32_t channel) noexcept override;
  std::uint16_t Key(const Published& now, std::uint32_t channel, KeyStates::Tried tried) noexcept override;
  bool HasKey(const Published& now, std::uint32_t channel, KeyStates::Tried tried) noexcept override;
  std::size_t memory_bytes() const { return sizeof(*this) + rotations_.memory_bytes(); }

 private:
  Rotations rotations_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_CHOICE_SOURCE_H_
