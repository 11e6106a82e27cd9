// What a selection takes with it and leaves behind, for those who are not the host: the channel behind it, its model,
// its reservation.
//
// Thread safety: as Selection.
#ifndef POINTSMAN_SRC_SELECT_SELECTED_H_
#define POINTSMAN_SRC_SELECT_SELECTED_H_

#include <cstdint>

#include "pointsman/selection.h"
#include "publish/published.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

struct SelectionAccess {
  static SlotState*& reservation(Selection& s) { return s.reservation_; }
  static void SetKey(Selection& s, std::uint16_t key) { s.key_ = key; }
  static std::uint32_t model(const Selection& s) { return s.model_; }
  static bool is_trial(const Selection& s) { return (s.marks_ & Selection::kTrial) != 0; }
  static void Take(Selection& s, const Taken& taken) {
    s.reservation_ = taken.reservation;
    s.marks_ = static_cast<std::uint8_t>(taken.trial ? s.marks_ | Selection::kTrial : s.marks_ & ~Selection::kTrial);
  }
  static bool is_to_be_reported(const Selection& s) {
    return s.reason_ == Reason::kNone && (s.marks_ & Selection::kReported) == 0;
  }
  // True once.
  static bool TakeReport(Selection& s) {
    if (!is_to_be_reported(s)) return false;
    s.marks_ |= Selection::kReported;
    return true;
  }
};

// kNoIndex where the table has no such channel, or not any more.
std::uint32_t ChannelNumber(const TableData& data, std::int64_t channel_id) noexcept;

// Takes the trial or the reservation that goes with a selection that was made from a frozen state. False where it is
// not to be had.
bool ClaimSelected(const Published& published, Selection& selection) noexcept;

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_SELECTED_H_
