#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "pointsman/loader.h"
#include "pointsman/rows.h"
#include "rows/channel_info.h"
#include "rows/name_hash.h"
#include "text/printable.h"

namespace pointsman::inline v0 {

// Each distinct text once, in blocks that never move.
class Rows::TextStore {
 public:
  std::string_view Keep(std::string_view text) {
    if (text.empty()) return {};
    if (const auto found = known_.find(text); found != known_.end()) return *found;
    const std::string_view kept = Copy(text);
    known_.insert(kept);
    return kept;
  }

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;

  std::string_view Copy(std::string_view text) {
    if (text.size() > left_) {
      left_ = std::max(kBlockBytes, text.size());
      blocks_.push_back(std::make_unique<char[]>(left_));
      free_ = blocks_.back().get();
    }
    std::copy(text.begin(), text.end(), free_);
    const std::string_view kept(free_, text.size());
    free_ += text.size();
    left_ -= text.size();
    return kept;
  }

  absl::flat_hash_set<std::string_view, NameHash, NameEqual> known_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  std::size_t left_ = 0;
};

Rows::Rows(std::string source) : source_(std::move(source)), texts_(std::make_unique<TextStore>()) {}
Rows::~Rows() = default;
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;

void Rows::Keep(std::string_view& text) { text = texts_->Keep(text); }

void Rows::Keep(TextField& field) {
  if (field.has_value()) field = texts_->Keep(field.value());
}

bool Rows::Add(const ChannelRow& row) {
  ChannelRow& kept = channels_.emplace_back(row);
  for (TextField* text : {&kept.name, &kept.groups, &kept.models, &kept.tag, &kept.model_mapping, &kept.channel_info}) {
    Keep(*text);
  }
  KeepKeys(kept);
  if (kept.status_time.is_absent() && kept.other_info.has_value()) {
    kept.status_time = ReadStatusTime(kept.other_info.value());
  }
  kept.other_info = {};
  return true;
}

void Rows::KeepKeys(ChannelRow& row) {
  std::vector<KeyStatus> disabled(row.keys.disabled.begin(), row.keys.disabled.end());
  if (row.keys.count != 0) {
    row.keys = JudgeKeys(row.keys.count, disabled);
  } else if (row.channel_info.has_value()) {
    row.keys = ReadChannelInfo(row.channel_info.value(), disabled);
  }
  if (row.keys.disabled.empty()) return;
  row.keys.disabled = key_statuses_.emplace_back(disabled.begin(), disabled.end());
}

// Rows that follow each other mostly agree in one of their names, and comparing is quicker than looking up.
bool Rows::Add(const AbilityRow& row) {
  AbilityRow& kept = abilities_.emplace_back(row);
  const AbilityRow* const last = abilities_.size() > 1 ? &kept - 1 : nullptr;
  for (TextField AbilityRow::* const text : {&AbilityRow::group, &AbilityRow::model, &AbilityRow::tag}) {
    if (last != nullptr && kept.*text == last->*text) {
      kept.*text = last->*text;
    } else {
      Keep(kept.*text);
    }
  }
  return true;
}

bool Rows::Add(const TokenRow& row) {
  TokenRow& kept = tokens_.emplace_back(row);
  for (TextField* text : {&kept.name, &kept.group, &kept.model_limits, &kept.auto_groups}) Keep(*text);
  return true;
}

bool Rows::Add(const UserRow& row) {
  UserRow& kept = users_.emplace_back(row);
  for (TextField* text : {&kept.username, &kept.group}) Keep(*text);
  return true;
}

bool Rows::Add(const OptionRow& row) {
  OptionRow& kept = options_.emplace_back(row);
  Keep(kept.key);
  Keep(kept.value);
  return true;
}

void Rows::Reject(Rejection rejection) { rejections_.push_back(std::move(rejection)); }

void Rows::Describe(const ColumnFact& fact) {
  ColumnFact& kept = columns_.emplace_back(fact);
  Keep(kept.column);
  Keep(kept.default_sql);
}

void Rows::KnowGroup(std::string_view group) { Keep(known_groups_.emplace_back(group)); }

const ColumnFact* Rows::FindColumn(SourceTable table, std::string_view column) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(),
                                  [&](const ColumnFact& fact) { return fact.table == table && fact.column == column; });
  return found == columns_.end() ? nullptr : &*found;
}

namespace {

template <class Row>
bool Hand(std::span<const Row> rows, bool wanted, RowSink& sink) {
  return !wanted || std::all_of(rows.begin(), rows.end(), [&](const Row& row) { return sink.Add(row); });
}

}  // namespace

absl::Status RowsLoader::Load(RowSink& sink, const Wanted& wanted) {
  for (const Rejection& rejection : rows_.rejections()) {
    if (wanted.Includes(rejection.place.table)) sink.Reject(rejection);
  }
  for (const ColumnFact& fact : rows_.columns()) {
    if (wanted.Includes(fact.table)) sink.Describe(fact);
  }
  for (const std::string_view group : rows_.known_groups()) sink.KnowGroup(group);
  if (rows_.abilities_believed()) sink.BelieveAbilities();
  const bool all = Hand(rows_.channels(), wanted.channels, sink) && Hand(rows_.abilities(), wanted.abilities, sink) &&
                   Hand(rows_.tokens(), wanted.tokens, sink) && Hand(rows_.users(), wanted.users, sink) &&
                   Hand(rows_.options(), wanted.options, sink);
  return all ? absl::OkStatus() : absl::CancelledError("the sink of the rows asked to stop");
}

std::string_view TableName(SourceTable table) {
  switch (table) {
    case SourceTable::kChannels: return "channels";
    case SourceTable::kAbilities: return "abilities";
    case SourceTable::kTokens: return "tokens";
    case SourceTable::kUsers: return "users";
    case SourceTable::kOptions: return "options";
  }
  return "unknown";
}

std::string Place::Text() const {
  std::string text = Printable(source, kShownPathBytes);
  const std::string table_name(TableName(table));
  if (origin.line != 0) {
    text += ":" + std::to_string(origin.line) + ": $." + table_name + "[" + std::to_string(origin.index) + "]";
    if (!column.empty()) text += "." + column;
    if (!key.empty()) text += " (" + key + ")";
    return text;
  }
  text += ": " + table_name;
  if (!key.empty()) text += " " + key;
  if (!column.empty()) text += ", column " + column;
  return text;
}

std::string Rejection::Text() const {
  std::string text = place.Text() + ": " + problem;
  if (!cure.empty()) text += "; " + cure;
  return text;
}

}  // namespace pointsman::inline v0
