// Wording: what the checks share when they speak of rows: counts, bounded lists, keys, and findings as they grow.
//
// Thread safety: thread-compatible; the functions are pure.
#ifndef POINTSMAN_SRC_DOCTOR_WORDING_H_
#define POINTSMAN_SRC_DOCTOR_WORDING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/evidence.h"
#include "pointsman/doctor.h"

namespace pointsman::inline v0 {

// "1 token", "12 tokens".
std::string Amount(std::size_t n, std::string_view one, std::string_view many);
inline std::string Tokens(std::size_t n) { return Amount(n, "token", "tokens"); }
inline std::string Abilities(std::size_t n) { return Amount(n, "ability", "abilities"); }
inline std::string Channels(std::size_t n) { return Amount(n, "channel", "channels"); }

// `("default", "runway")`.
std::string PairText(std::string_view group, std::string_view model);
// `channel 8 ("Bltcy")`, or without the name where there is none.
std::string ChannelText(std::int64_t id, std::string_view name);
// "id 8" and "(default, runway, 8)", as in Place::key.
std::string IdKey(std::int64_t id);
std::string AbilityKey(const AbilityRow& row);

// What is left of a name without case and surrounding blanks.
std::string Folded(std::string_view name);

// A list for a sentence that stays short: "a, b, c and 9 more".
class BoundedList {
 public:
  explicit BoundedList(std::size_t max_items) : max_items_(max_items) {}
  bool has_room() const { return total_ < max_items_; }
  void Add(std::string_view item);
  void Skip() { ++total_; }  // counts an item that need not be spelled: has_room() was false
  std::string Text() const;

 private:
  std::size_t max_items_;
  std::size_t total_ = 0;
  std::string text_;
};

SqlValue ToSql(const TextField& field);
SqlValue ToSql(const IntField& field);
std::vector<ColumnValue> AbilityKeyColumns(std::string_view group, std::string_view model, std::int64_t channel_id);

// One column of one row, from what it is to what it should be.
RowChange UpdateOf(SourceTable table, std::vector<ColumnValue> key, std::string_view column, SqlValue before,
                   SqlValue after);

FindingRow TokenWhere(const TokenRow& row, std::string_view column = "group");
FindingRow UserWhere(const UserRow& row, std::string_view column);
FindingRow ChannelWhere(const ChannelRow& row, std::string_view column);
// `channel` may be null. The value is that of `column`; for others it is left NULL.
FindingRow AbilityWhere(const AbilityRow& row, const ChannelRow* channel, std::string_view column);

// Which row it is, and which of its columns: not what is in it, so that a row is known again when somebody renamed it.
// Rows about options have one key for several names.
std::uint64_t Fingerprint(const FindingRow& row);

// A finding that grows row by row.
class Growing {
 public:
  Growing(std::string_view code, const Evidence& evidence) : max_where_(evidence.options().max_where) {
    finding_.code = code;
  }
  void Add(FindingRow row) {
    Count(1);
    finding_.fingerprints.push_back(Fingerprint(row));
    if (finding_.where.size() < max_where_) finding_.where.push_back(std::move(row));
  }
  // Rows that nobody looked at one by one.
  void Count(std::size_t rows) { finding_.count += rows; }
  bool empty() const { return finding_.count == 0; }
  // "12 tiers have".
  std::string Amount(std::string_view one, std::string_view many) const {
    return pointsman::Amount(finding_.count, one, many);
  }
  Finding& finding() { return finding_; }

 private:
  Finding finding_;
  std::size_t max_where_;
};

// What there is to say once all rows are counted.
struct Conclusion {
  Severity severity = Severity::kWarning;
  std::string message;
  std::string why;
  CureClass cure = CureClass::kAdvice;
  std::string advice;
};
// Hands over what has grown; REQUIRES: growing is not empty.
void Conclude(Growing& growing, Conclusion conclusion, std::vector<Finding>& findings);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_WORDING_H_
