#include <utility>

#include "explain/explain_steps.h"
#include "pointsman/decision.h"
#include "select/in_full.h"
#include "select/recorded.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

std::vector<std::string_view> ViewsOf(const std::optional<std::vector<std::string>>& names) {
  return names ? std::vector<std::string_view>(names->begin(), names->end()) : std::vector<std::string_view>();
}

// The words of a record, then zeros.
class WordReader final : public ChoiceSource {
 public:
  explicit WordReader(const std::vector<std::uint64_t>& words) : words_(words) {}
  RandomBits bits() { return {&Draw, this}; }
  bool all_and_no_more() const { return read_ == words_.size(); }
  // Whether the channel of the last attempt had another key, if that was asked.
  bool had_key() const { return had_key_; }

  std::optional<std::uint64_t> Ticket(const TurnKey& /*key*/) noexcept override {
    const std::uint64_t word = Next();
    return word == kNoTicket ? std::nullopt : std::optional(word);
  }
  std::uint64_t InFlight(const Published& /*now*/, std::uint32_t /*channel*/) noexcept override { return Next(); }
  std::uint64_t Latency(const Published& /*now*/, std::uint32_t /*channel*/) noexcept override { return Next(); }
  std::uint16_t Key(const Published& /*now*/, std::uint32_t /*channel*/, KeyStates::Tried /*tried*/) noexcept override {
    return static_cast<std::uint16_t>(Next());
  }
  bool HasKey(const Published& /*now*/, std::uint32_t /*channel*/, KeyStates::Tried /*tried*/) noexcept override {
    return had_key_ = Next() != 0;
  }

 private:
  static std::uint64_t Draw(void* context) noexcept { return static_cast<WordReader*>(context)->Next(); }
  std::uint64_t Next() noexcept {
    const std::size_t at = read_++;
    return at < words_.size() ? words_[at] : 0;
  }

  const std::vector<std::uint64_t>& words_;
  std::size_t read_ = 0;
  bool had_key_ = false;
};

// For the explanation, which takes no turn and knows no load: there was another key, or there was none.
class KeyAsItWas final : public ChoiceSource {
 public:
  explicit KeyAsItWas(bool had_key) : had_key_(had_key) {}

  std::optional<std::uint64_t> Ticket(const TurnKey& /*key*/) noexcept override { return std::nullopt; }
  std::uint64_t InFlight(const Published& /*now*/, std::uint32_t /*channel*/) noexcept override { return 0; }
  std::uint64_t Latency(const Published& /*now*/, std::uint32_t /*channel*/) noexcept override { return 0; }
  std::uint16_t Key(const Published& /*now*/, std::uint32_t /*channel*/, KeyStates::Tried /*tried*/) noexcept override {
    return Selection::kNoKey;
  }
  bool HasKey(const Published& /*now*/, std::uint32_t /*channel*/, KeyStates::Tried /*tried*/) noexcept override {
    return had_key_;
  }

 private:
  const bool had_key_;
};

}  // namespace

Replay ReplayDecision(const RouteTable& table, const DecisionRecord& record) {
  // The table outlives this call, so that nobody needs to own it here.
  const Published unserved = Unserved(std::shared_ptr<const RouteTable>(std::shared_ptr<void>(), &table));
  RecordedState frozen(unserved, record);
  const std::vector<std::string_view> allowed = ViewsOf(record.request.allowed_groups);
  const std::vector<std::string_view> ordered = ViewsOf(record.request.ordered_groups);
  RememberedFilter remembered(record.verdicts);
  Request request{.group = record.request.group,
                  .user_group = record.request.user_group,
                  .model = record.request.model,
                  .stay_in_group = record.request.stay_in_group,
                  .pin = record.request.pin,
                  .affinity = record.request.affinity};
  if (record.request.allowed_groups) request.allowed_groups = allowed;
  if (record.request.ordered_groups) request.ordered_groups = ordered;
  if (record.request.filtered) request.filter = remembered.filter();
  std::optional<Attempts> walk = record.attempts;
  WordReader words(record.words);

  frozen.Ask(&words);
  const Selection selection = SelectInFull(frozen.published(), request, walk ? &*walk : nullptr, words.bits());
  frozen.Ask(nullptr);
  Replay replay{
      .same_table = table.content_hash() == record.content_hash,
      .answer = AnswerOf(selection),
      .rejected = RejectedBefore(frozen.published(), request, record.attempts ? &*record.attempts : nullptr, selection),
      .explanation = {}};
  replay.same_answer = replay.answer == record.answer && words.all_and_no_more() && !remembered.ran_out();
  KeyAsItWas key(words.had_key());
  frozen.Ask(&key);
  replay.explanation =
      ExplainPublished(frozen.published(), request, record.attempts ? &*record.attempts : nullptr, nullptr);
  replay.explanation.generation = record.generation;
  return replay;
}

}  // namespace pointsman::inline v0
