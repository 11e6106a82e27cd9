// Loader: the one interface that a host implements to feed its own tables to pointsman.
//
//   class MyLoader : public pointsman::Loader {
//     absl::Status Load(pointsman::RowSink& sink, const pointsman::Wanted& wanted) override {
//       for (const MyChannel& c : store_.channels()) {
//         if (!sink.Add(pointsman::ChannelRow{.id = c.id, .groups = c.group, .models = c.models})) {
//           return absl::CancelledError("the sink asked to stop");
//         }
//       }
//       return absl::OkStatus();      // abilities are optional: without any, the channels' lists are believed
//     }
//   };
//
// All tables of one Load must describe one moment (one read transaction). Rows may come in any order.
// Thread safety: a Loader is thread-compatible; Load is never called twice at once by this library.
#ifndef POINTSMAN_LOADER_H_
#define POINTSMAN_LOADER_H_

#include <chrono>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "pointsman/export.h"
#include "pointsman/rows.h"

namespace pointsman::inline v0 {

// What a caller of Load needs. A loader may leave the other tables unread: routing needs no tokens.
struct Wanted {
  bool channels = true;
  bool abilities = true;
  bool tokens = false;
  bool users = false;
  bool options = false;
  // A loader that can be interrupted returns absl::DeadlineExceededError once this has passed.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();

  static Wanted Everything() { return {.tokens = true, .users = true, .options = true}; }

  bool Includes(SourceTable table) const {
    switch (table) {
      case SourceTable::kChannels: return channels;
      case SourceTable::kAbilities: return abilities;
      case SourceTable::kTokens: return tokens;
      case SourceTable::kUsers: return users;
      case SourceTable::kOptions: return options;
    }
    return false;
  }
};

// Takes rows as they are read. The views in a row are valid during the call only.
// Thread safety: thread-compatible.
class POINTSMAN_EXPORT RowSink {
 public:
  virtual ~RowSink() = default;

  // Each returns false to cancel: the loader then stops and returns absl::CancelledError.
  [[nodiscard]] virtual bool Add(const ChannelRow& row) = 0;
  [[nodiscard]] virtual bool Add(const AbilityRow& row) = 0;
  [[nodiscard]] virtual bool Add(const TokenRow& row) = 0;
  [[nodiscard]] virtual bool Add(const UserRow& row) = 0;
  [[nodiscard]] virtual bool Add(const OptionRow& row) = 0;

  // A row that the loader could read but not represent (text in a number column). It stops nothing.
  virtual void Reject(Rejection rejection) = 0;

  // What the source declares about a column that pointsman reads. Optional for loaders and for sinks.
  virtual void Describe(const ColumnFact& /*fact*/) {}

  // What a table that was served knows beyond its rows (dump.h). Optional for loaders and for sinks.
  // A group that is known though no row names it; blank and too long names are known to nobody.
  virtual void KnowGroup(std::string_view /*group*/) {}
  // Under Policy::source "both" abilities are believed, even if there is none.
  virtual void BelieveAbilities() {}
};

// Reads the tables of a gateway.
class POINTSMAN_EXPORT Loader {
 public:
  virtual ~Loader() = default;

  // Hands every row of the wanted tables to `sink`. An error means that the rows seen so far are incomplete and
  // must not be used; rows that are merely wrong are rejected one by one and are no error.
  virtual absl::Status Load(RowSink& sink, const Wanted& wanted) = 0;

  // Names the source in messages. Never contains a password.
  virtual std::string source() const { return "rows"; }
};

// Rows in memory: the sink that keeps, and what Compile and the doctor read. Texts are copied once per distinct value.
//
// Thread safety: thread-compatible; immutable once filled, then readable from any thread.
// Cost: about 100 bytes per ability plus each distinct name once.
// Limits: 2^32-1 rows a table. The spans stay valid until the next Add.
class POINTSMAN_EXPORT Rows final : public RowSink {
 public:
  // `source` names where the rows come from, in messages.
  explicit Rows(std::string source = "rows");
  ~Rows() override;
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;

  bool Add(const ChannelRow& row) override;
  bool Add(const AbilityRow& row) override;
  bool Add(const TokenRow& row) override;
  bool Add(const UserRow& row) override;
  bool Add(const OptionRow& row) override;
  void Reject(Rejection rejection) override;
  void Describe(const ColumnFact& fact) override;
  void KnowGroup(std::string_view group) override;
  void BelieveAbilities() override { abilities_believed_ = true; }

  const std::string& source() const { return source_; }
  std::span<const ChannelRow> channels() const { return channels_; }
  std::span<const AbilityRow> abilities() const { return abilities_; }
  std::span<const TokenRow> tokens() const { return tokens_; }
  std::span<const UserRow> users() const { return users_; }
  std::span<const OptionRow> options() const { return options_; }
  std::span<const ColumnFact> columns() const { return columns_; }
  std::span<const Rejection> rejections() const { return rejections_; }
  std::span<const std::string_view> known_groups() const { return known_groups_; }
  bool abilities_believed() const { return abilities_believed_; }

  // The fact that was described, or null where the source declares nothing about the column. Linear in the facts.
  const ColumnFact* FindColumn(SourceTable table, std::string_view column) const;

 private:
  class TextStore;
  void Keep(std::string_view& text);
  void Keep(TextField& field);
  void KeepKeys(ChannelRow& row);

  std::string source_;
  std::unique_ptr<TextStore> texts_;
  std::deque<std::vector<KeyStatus>> key_statuses_;  // of channels with disabled keys
  std::vector<ChannelRow> channels_;
  std::vector<AbilityRow> abilities_;
  std::vector<TokenRow> tokens_;
  std::vector<UserRow> users_;
  std::vector<OptionRow> options_;
  std::vector<ColumnFact> columns_;
  std::vector<Rejection> rejections_;
  std::vector<std::string_view> known_groups_;
  bool abilities_believed_ = false;
};

// Loads from rows that the host already holds.
//
//   pointsman::RowsLoader loader(rows);   // `rows` must outlive the loader
//   router.Reload(loader);
class POINTSMAN_EXPORT RowsLoader final : public Loader {
 public:
  explicit RowsLoader(const Rows& rows) : rows_(rows) {}
  absl::Status Load(RowSink& sink, const Wanted& wanted) override;
  std::string source() const override { return rows_.source(); }

 private:
  const Rows& rows_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_LOADER_H_
