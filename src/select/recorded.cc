#include "select/recorded.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

#include "select/candidates.h"
#include "select/in_full.h"
#include "select/plan_walk.h"
#include "select/selected.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

// One byte too many is kept, so that a cut name equals no real one.
std::string Bounded(std::string_view text) { return std::string(text.substr(0, kMaxNameBytes + 1)); }

std::vector<std::string> Bounded(std::span<const std::string_view> names) {
  std::vector<std::string> bounded;
  for (const std::string_view name : names) bounded.push_back(Bounded(name));
  return bounded;
}

RecordedRequest RequestOf(const Request& request) {
  RecordedRequest kept{.group = Bounded(request.group),
                       .user_group = Bounded(request.user_group),
                       .model = Bounded(request.model),
                       .stay_in_group = request.stay_in_group,
                       .pin = request.pin,
                       .affinity = request.affinity,
                       .filtered = request.filter.judge != nullptr};
  if (request.allowed_groups) kept.allowed_groups = Bounded(*request.allowed_groups);
  if (request.ordered_groups) {
    kept.ordered_groups =
        Bounded(request.ordered_groups->first(std::min(request.ordered_groups->size(), kMaxPlanSteps)));
  }
  return kept;
}

std::vector<std::string> RefusingGroups(const Published& published, const Request& request,
                                        const std::vector<OutChannel>& out) {
  std::vector<std::string> refusing;
  const auto is_cooling = [](const OutChannel& channel) { return channel.reason == OutReason::kCoolingDown; };
  if (published.state == nullptr || std::none_of(out.begin(), out.end(), is_cooling)) return refusing;
  const PlanWalk plan(*published.data, request);
  for (std::size_t step = 0; step < plan.steps(); ++step) {
    const std::string_view group = plan.StopAt(step).name;
    if (RuleIn(*published.state, group) == AllCooling::kRefuse) refusing.push_back(Bounded(group));
  }
  std::sort(refusing.begin(), refusing.end());
  refusing.erase(std::unique(refusing.begin(), refusing.end()), refusing.end());
  return refusing;
}

// In functions that must not throw. Compiled without exceptions, the process ends where there is none.
template <class Work>
bool HasMemoryFor(const Work& work) noexcept {
#if defined(__cpp_exceptions)
  try {
    work();
  } catch (const std::bad_alloc&) {
    return false;
  }
#else
  work();
#endif
  return true;
}

[[noreturn]] void ThrowForWantOfMemory() {
#if defined(__cpp_exceptions)
  throw std::bad_alloc();
#else
  std::abort();
#endif
}

// Random bits, turns and loads that leave word of themselves.
class WordRecorder final : public ChoiceSource {
 public:
  WordRecorder(const Published& now, RandomBits bits) : now_(now), bits_(bits) {}
  RandomBits bits() { return {&Draw, this}; }
  std::vector<std::uint64_t>& words() { return words_; }
  bool ran_out() const { return ran_out_; }

  std::optional<std::uint64_t> Ticket(const TurnKey& key) noexcept override {
    const std::optional<std::uint64_t> ticket = now_.choices->Ticket(key);
    Note(ticket.value_or(kNoTicket));
    return ticket;
  }
  // Of a frozen table nobody knows the loads, so the other one is asked.
  std::uint64_t InFlight(const Published& /*frozen*/, std::uint32_t channel) noexcept override {
    return Note(now_.choices->InFlight(now_, channel));
  }
  std::uint64_t Latency(const Published& /*frozen*/, std::uint32_t channel) noexcept override {
    return Note(now_.choices->Latency(now_, channel));
  }
  std::uint16_t Key(const Published& /*frozen*/, std::uint32_t channel, KeyStates::Tried tried) noexcept override {
    return static_cast<std::uint16_t>(Note(now_.choices->Key(now_, channel, tried)));
  }
  bool HasKey(const Published& /*frozen*/, std::uint32_t channel, KeyStates::Tried tried) noexcept override {
    return Note(now_.choices->HasKey(now_, channel, tried) ? 1 : 0) != 0;
  }

 private:
  static std::uint64_t Draw(void* context) noexcept {
    auto& self = *static_cast<WordRecorder*>(context);
    return self.Note(self.bits_());
  }
  std::uint64_t Note(std::uint64_t word) noexcept {
    if (!HasMemoryFor([&] { words_.push_back(word); })) ran_out_ = true;
    return word;
  }

  const Published& now_;
  RandomBits bits_;
  std::vector<std::uint64_t> words_;
  bool ran_out_ = false;
};

}  // namespace

RecordedState::RecordedState(const Published& unserved, const DecisionRecord& record)
    : channels_(unserved, record.out), published_(channels_.Over(unserved)) {
  for (const std::string& group : record.refusing) refusing_.all_cooling_in[group] = AllCooling::kRefuse;
  published_.state = &refusing_;
}

RememberedFilter::RememberedFilter(const std::vector<FilterVerdict>& verdicts) {
  for (const FilterVerdict& v : verdicts) {
    known_.insert({{v.candidate.channel_id, v.candidate.priority, v.candidate.group, v.candidate.model}, v.code});
  }
}

std::int32_t RememberedFilter::Judge(void* context, const FilterCandidate& candidate) noexcept {
  auto& self = *static_cast<RememberedFilter*>(context);
  const Key key(candidate.channel_id, candidate.priority, candidate.group, candidate.model);
  if (const auto found = self.known_.find(key); found != self.known_.end()) return found->second;
  if (self.filter_.judge == nullptr) {
    self.ran_out_ = true;
    return 0;
  }
  const std::int32_t code = self.filter_.judge(self.filter_.context, candidate);
  const auto remember = [&] {
    self.known_.insert({key, code});
    self.order_.push_back(key);
  };
  if (!HasMemoryFor(remember)) self.ran_out_ = true;
  return code;
}

std::vector<FilterVerdict> RememberedFilter::Verdicts() const {
  std::vector<FilterVerdict> verdicts;
  for (const Key& key : order_) {
    const auto& [channel, priority, group, model] = key;
    verdicts.push_back({.candidate = {.channel_id = channel,
                                      .priority = priority,
                                      .group = std::string(group),
                                      .model = std::string(model)},
                        .code = known_.at(key)});
  }
  return verdicts;
}

RecordedAnswer AnswerOf(const Selection& s) {
  return {.reason = s.reason(),
          .channel_id = s.channel_id(),
          .priority = s.priority(),
          .group = std::string(s.group()),
          .key = s.key_index()};
}

namespace {

// Makes the selection from the frozen state and notes what it took.
Selection SelectFrozen(const Published& now, const FrozenChannels& frozen, const Request& request, Attempts* attempts,
                       RandomBits bits, DecisionRecord& record) {
  Published published = frozen.Over(now);
  WordRecorder words(now, bits);
  published.choices = now.choices == nullptr ? nullptr : &words;
  RememberedFilter remembered(request.filter);
  Request asked = request;
  if (request.filter.judge != nullptr) asked.filter = remembered.filter();
  record = {.content_hash = published.data->content_hash,
            .generation = published.generation,
            .request = RequestOf(request),
            .out = frozen.Out()};
  record.refusing = RefusingGroups(published, request, record.out);
  if (attempts != nullptr) record.attempts = *attempts;

  Selection selection = SelectInFull(published, asked, attempts, words.bits());
  published.choices = nullptr;
  record.rejected = RejectedBefore(published, asked, record.attempts ? &*record.attempts : nullptr, selection);
  record.verdicts = remembered.Verdicts();
  record.words = std::move(words.words());
  record.answer = AnswerOf(selection);
  if (words.ran_out() || remembered.ran_out()) ThrowForWantOfMemory();
  return selection;
}

}  // namespace

Selection SelectAndRecord(const Published& published, const Request& request, Attempts* attempts, RandomBits bits,
                          DecisionRecord& record) {
  FrozenChannels frozen(published);
  // Others may take what a selection claims while it is made. That channel is out then, so this ends.
  for (;;) {
    std::optional<Attempts> walk;
    if (attempts != nullptr) walk = *attempts;
    Selection selection = SelectFrozen(published, frozen, request, walk ? &*walk : nullptr, bits, record);
    if (selection && !ClaimSelected(published, selection)) {
      frozen.Set(ChannelNumber(*published.data, selection.channel_id()), {.reason = Reason::kAllAtLimit});
      continue;
    }
    if (attempts != nullptr) *attempts = *std::move(walk);
    return selection;
  }
}

}  // namespace pointsman::inline v0
