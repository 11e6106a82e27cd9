// BalanceSource: what a choice within a tier asks of the world beside chance: whose turn it is, and who is busy.
//
//   published.balance->Ticket({.group = g, .model = m, .priority = p});
//   published.balance->InFlight(published, channel);
//
// The router's own answers from its state (LiveBalance). Whoever records a decision stands in between and notes the
// answers; whoever makes it again gives them. Where nobody answers (null), turns are by chance and loads are not known.
//
// Thread safety: as the one who answers; LiveBalance is thread-safe.
#ifndef POINTSMAN_SRC_PUBLISH_BALANCE_SOURCE_H_
#define POINTSMAN_SRC_PUBLISH_BALANCE_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "state/rotations.h"

namespace pointsman::inline v0 {

struct Published;

// Whose turns they are.
struct TurnKey {
  std::string_view group;
  std::string_view model;
  std::int64_t priority = 0;
};

class BalanceSource {
 public:
  virtual ~BalanceSource() = default;
  // Absent: there is no room for turns of this key.
  virtual std::optional<std::uint64_t> Ticket(const TurnKey& key) noexcept = 0;
  // Of a channel, by its number in that table.
  virtual std::uint64_t InFlight(const Published& now, std::uint32_t channel) noexcept = 0;
  // In nanoseconds; 0: not known.
  virtual std::uint64_t Latency(const Published& now, std::uint32_t channel) noexcept = 0;
};

class LiveBalance final : public BalanceSource {
 public:
  explicit LiveBalance(std::size_t rotations) : rotations_(rotations) {}

  std::optional<std::uint64_t> Ticket(const TurnKey& key) noexcept override;
  std::uint64_t InFlight(const Published& now, std::uint32_t channel) noexcept override;
  std::uint64_t Latency(const Published& now, std::uint32_t channel) noexcept override;
  std::size_t memory_bytes() const { return sizeof(*this) + rotations_.memory_bytes(); }

 private:
  Rotations rotations_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_BALANCE_SOURCE_H_
