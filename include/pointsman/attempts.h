// Attempts: the memory of one walk: what was tried for one request, so that the next selection tries something else.
//
//   pointsman::Attempts attempts;
//   while (pointsman::Selection s = router.Select(request, attempts)) {
//     if (Send(s.channel_id())) return;         // each round another channel
//   }
//
// A selection adds itself. The next one comes from the highest tier that has an untried candidate, by weight among
// those; then from lower tiers; then from the next group of the plan; at last it is kExhausted, or kBudgetSpent after
// as many as the policy allows (RetryPolicy). What is kept are values, not places: a table that is published in between
// shifts nothing, and a channel that was tried is not tried again under another group or priority.
//
// Plain values: they may be copied, sent to other threads, and written out for another process that goes on:
//
//   Send(attempts.Text());    …    absl::StatusOr<Attempts> attempts = Attempts::Parse(text);
//
// The text holds what was tried and not the room: whoever made more than kInline entries possible with Reserve does so
// again after Parse, or the walk ends early with kAttemptLimit.
//
// Thread safety: thread-compatible.
// Cost: no allocation up to kInline entries. A selection looks through all entries for each candidate that it
// considers. Limits: kInline entries unless Reserve said more, at most kMax.
#ifndef POINTSMAN_ATTEMPTS_H_
#define POINTSMAN_ATTEMPTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pointsman/export.h"

namespace pointsman::inline v0 {

// One selection of the walk.
struct Attempt {
  std::int64_t channel_id = 0;
  std::int64_t priority = 0;
  std::uint64_t group = 0;  // GroupKey of the group that served
  std::int32_t key = -1;    // that it was made with; -1: the channel is not known to have several
  bool keys_fault = false;  // it failed by the key's fault (Router::Report): another key of the channel comes next

  friend bool operator==(const Attempt&, const Attempt&) = default;
};

// What stands for a group's name: equal on every machine.
POINTSMAN_EXPORT std::uint64_t GroupKey(std::string_view group) noexcept;

class POINTSMAN_EXPORT Attempts {
 public:
  static constexpr std::size_t kInline = 16;
  static constexpr std::size_t kMax = 1000;

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  // REQUIRES: i < size().
  const Attempt& operator[](std::size_t i) const noexcept { return i < kInline ? first_[i] : rest_[i - kInline]; }

  // How many entries there is room for. A selection that finds no room is kAttemptLimit.
  std::size_t capacity() const noexcept { return kInline + rest_.size(); }
  // Makes room for `entries`, allocating if they are more than kInline. InvalidArgument beyond kMax.
  absl::Status Reserve(std::size_t entries);

  // What Router::Select does. A host needs this only for a channel that it tried without asking.
  // False, and nothing is added, where there is no room.
  bool Add(const Attempt& attempt) noexcept;
  void Clear() noexcept { size_ = 0; }

  bool HasTried(std::int64_t channel_id) const noexcept;
  // With this key.
  bool HasTried(std::int64_t channel_id, std::uint32_t key) const noexcept;
  // What Router::Report does: the last attempt of that channel failed by its key's fault.
  void NoteKeysFault(std::int64_t channel_id) noexcept;

  // "2 8:0:9f86d081884c7d65 12:-5:9f86d081884c7d65:3!": how many, then channel, priority and group of each, its key if
  // the channel has several, and ! where it failed by the key's fault.
  std::string Text() const;
  // With room for what it holds, at least kInline; Reserve makes more. InvalidArgument for anything that Text cannot
  // have written. Safe for texts from strangers: bounded by kMax.
  static absl::StatusOr<Attempts> Parse(std::string_view text);

  friend bool operator==(const Attempts& a, const Attempts& b);

 private:
  std::array<Attempt, kInline> first_ = {};
  std::vector<Attempt> rest_;  // the room beyond
  std::size_t size_ = 0;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_ATTEMPTS_H_
