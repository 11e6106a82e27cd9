// Rows: what a gateway's database says about channels, abilities, tokens, users and options, before anybody judges it.
//
//   pointsman::Rows rows("unit test");
//   rows.Add(pointsman::ChannelRow{.id = 8, .status = 1, .groups = "default", .models = "runway,pika"});
//   rows.Add(pointsman::TokenRow{.id = 3, .user_id = 1, .group = nullptr});  // NULL, which is not the same as ""
//
// A row is a plain aggregate of views: a loader fills one, hands it to a RowSink, and may reuse the memory when the
// call returns. `Rows` is the sink that keeps what it is given. Judging (weights, statuses, lists) is Compile's work;
// a loader rejects only what does not even have the column's type.
//
// Secrets stay where they are: no row has a field for a key, a base URL or an override.
#ifndef POINTSMAN_ROWS_H_
#define POINTSMAN_ROWS_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "pointsman/channel_keys.h"
#include "pointsman/export.h"

namespace pointsman::inline v0 {

// The tables that loaders read.
enum class SourceTable : std::uint8_t { kChannels, kAbilities, kTokens, kUsers, kOptions };

// The table's name in SQL: "channels", "abilities", "tokens", "users", "options".
POINTSMAN_EXPORT std::string_view TableName(SourceTable table);

// One cell of a row: a value, NULL, or a column that the source does not have (absent). The three mean different
// things: an ability without a weight column takes the channel's weight, an ability whose weight is NULL weighs 0.
//
//   Field<std::int64_t> weight;            // absent
//   weight = nullptr;                      // NULL
//   weight = 7;                            // a value
//
// Thread safety: thread-compatible, as T.
template <class T>
class Field {
 public:
  constexpr Field() = default;
  constexpr Field(std::nullptr_t) : state_(State::kNull) {}  // NOLINT(google-explicit-constructor)
  template <class U>
    requires(std::convertible_to<U, T> && !std::same_as<std::remove_cvref_t<U>, std::nullptr_t> &&
             !std::same_as<std::remove_cvref_t<U>, Field>)
  constexpr Field(U&& value)  // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload)
      : value_(std::forward<U>(value)), state_(State::kValue) {}

  constexpr bool is_absent() const { return state_ == State::kAbsent; }
  constexpr bool is_null() const { return state_ == State::kNull; }
  constexpr bool has_value() const { return state_ == State::kValue; }

  // The value. REQUIRES: has_value().
  constexpr const T& value() const { return value_; }
  // The value, or `other` for NULL and absent alike.
  constexpr T value_or(T other) const { return has_value() ? value_ : other; }

  friend constexpr bool operator==(const Field&, const Field&) = default;

 private:
  enum class State : std::uint8_t { kAbsent, kNull, kValue };
  T value_{};  // T() unless there is a value
  State state_ = State::kAbsent;
};

using IntField = Field<std::int64_t>;
using TextField = Field<std::string_view>;

// Where in its source a row stands. Both are 0 where the source has no such thing (a database).
struct Origin {
  std::uint32_t line = 0;   // 1-based line on which the row begins
  std::uint32_t index = 0;  // 0-based position in the table's list; meaningful when line is not 0
};

// channels: one upstream account or endpoint.
struct ChannelRow {
  std::int64_t id = 0;
  TextField name{};
  IntField type{};      // kind of upstream; shown, never interpreted
  IntField status{};    // 1 enabled, 2 disabled by hand, 3 disabled automatically, 0 unknown; absent means 1
  TextField groups{};   // column "group": comma list; absent means the policy's default group
  TextField models{};   // comma list
  IntField priority{};  // absent and NULL mean 0; may be negative; higher is tried first
  IntField weight{};    // 0 .. 2^32-1; absent and NULL mean 0
  TextField tag{};
  TextField model_mapping{};  // JSON object, as text; carried, not interpreted here
  TextField channel_info{};   // JSON object, as text
  // JSON object. May quote an upstream's answers, so Rows keeps nothing of it but status_time.
  TextField other_info{};
  IntField status_time{};    // Unix seconds since when it has this status; Rows reads it from other_info unless given
  ChannelKeys keys{};        // where there are several; Rows reads it from channel_info unless it is given
  std::uint64_t cookie = 0;  // the host's own: comes back in Selection::cookie()
  Origin origin{};
};

// abilities: this channel serves this model for this group.
struct AbilityRow {
  TextField group{};
  TextField model{};
  std::int64_t channel_id = 0;
  IntField enabled{};   // 1 or 0; absent means enabled, NULL means not
  IntField priority{};  // absent takes the channel's; NULL means 0
  IntField weight{};    // absent takes the channel's; NULL means 0
  TextField tag{};
  Origin origin{};
};

// tokens: a caller's API key record, without the key.
struct TokenRow {
  std::int64_t id = 0;
  IntField user_id{};
  TextField name{};
  IntField status{};                // 1 enabled, 2 disabled, 3 expired, 4 exhausted; absent means 1
  TextField group{};                // '' and NULL: not set; absent: the gateway keeps no groups in tokens
  IntField expired_time{};          // Unix seconds; -1 never
  IntField model_limits_enabled{};  // 1 or 0
  TextField model_limits{};         // comma list
  IntField cross_group_retry{};     // 1 or 0; NULL means 0
  TextField auto_groups{};          // JSON array, as text; see ResolveCaller
  Origin origin{};
};

// users: the owners of tokens.
struct UserRow {
  std::int64_t id = 0;
  TextField username{};
  IntField status{};  // 1 enabled, 2 disabled; absent means 1
  TextField group{};  // one group
  Origin origin{};
};

// options: what an administrator saved. Our loaders hand over the options that concern routing and no others, since the
// same table holds passwords.
struct OptionRow {
  std::string_view key{};
  TextField value{};
  Origin origin{};
};

// What a source declares about one column. Loaders without a schema (JSON) declare nothing.
struct ColumnFact {
  SourceTable table = SourceTable::kChannels;
  std::string_view column{};
  bool present = true;
  TextField default_sql{};  // the default as the source spells it, such as 'default' with its quotes; NULL: none
};

// The place that a message about rows points at. Unknown parts are empty or 0.
struct Place {
  std::string source;  // file name or masked URL
  SourceTable table = SourceTable::kChannels;
  std::string key;     // primary key, such as "id 8" or "(default, runway, 8)", already fit to print
  std::string column;  // SQL name, such as "weight"
  Origin origin;

  // "routes.json:41: $.channels[3].weight" or "one-api.db: channels id 8, column weight".
  POINTSMAN_EXPORT std::string Text() const;
};

// A row, or one item of a row's list, that cannot be used: where it is, what is wrong, and how to mend it.
struct Rejection {
  Place place;
  std::string problem;
  std::string cure;

  // "<place>: <problem>; <cure>".
  POINTSMAN_EXPORT std::string Text() const;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_ROWS_H_
