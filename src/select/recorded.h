// A selection that is written down as it is made, and made again from what was written.
//
//   Selection s = SelectAndRecord(published, request, &attempts, bits, record);
//
// Channels that are switched meanwhile would leave a record that cannot be followed, so their state is frozen first.
//
// Thread safety: as select.h; `record` and `attempts` are the caller's own. May throw std::bad_alloc; then `attempts`
// are as before.
#ifndef POINTSMAN_SRC_SELECT_RECORDED_H_
#define POINTSMAN_SRC_SELECT_RECORDED_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "pointsman/decision.h"
#include "pointsman/random.h"
#include "publish/choice_source.h"
#include "publish/frozen.h"
#include "publish/published.h"

namespace pointsman::inline v0 {

// Stands for a ticket that there was none for.
inline constexpr std::uint64_t kNoTicket = ~std::uint64_t{0};

// A table that no router serves, with the state of its channels that a record tells. REQUIRES: `unserved` stays.
class RecordedState {
 public:
  RecordedState(const Published& unserved, const DecisionRecord& record);
  RecordedState(const RecordedState&) = delete;
  RecordedState& operator=(const RecordedState&) = delete;

  const Published& published() const { return published_; }
  // Who answers what choices by turn and by load ask. REQUIRES: it stays, or is null.
  void Ask(ChoiceSource* source) { published_.choices = source; }

 private:
  FrozenChannels channels_;
  Published published_;
  ChannelStateOptions refusing_;
};

// A filter that is asked once for each candidate and then remembered. Names are those of the table, or of a record.
class RememberedFilter {
 public:
  explicit RememberedFilter(const CandidateFilter& filter) : filter_(filter) {}
  explicit RememberedFilter(const std::vector<FilterVerdict>& verdicts);  // REQUIRES: they stay

  CandidateFilter filter() { return {.judge = &Judge, .context = this}; }
  std::vector<FilterVerdict> Verdicts() const;  // in the order in which they came up
  bool ran_out() const { return ran_out_; }     // of memory, or of verdicts of the record

 private:
  using Key = std::tuple<std::int64_t, std::int64_t, std::string_view, std::string_view>;
  static std::int32_t Judge(void* context, const FilterCandidate& candidate) noexcept;

  CandidateFilter filter_;
  std::map<Key, std::int32_t> known_;
  std::vector<Key> order_;
  bool ran_out_ = false;
};

// Why the candidates before `answer` were not taken. `before` is what SelectInFull was given, and may be null.
std::vector<RejectedCandidate> RejectedBefore(const Published& published, const Request& request,
                                              const Attempts* before, const Selection& answer);

RecordedAnswer AnswerOf(const Selection& selection);

// `attempts` may be null: a selection on its own.
Selection SelectAndRecord(const Published& published, const Request& request, Attempts* attempts, RandomBits bits,
                          DecisionRecord& record);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_RECORDED_H_
