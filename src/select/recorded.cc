#include "select/recorded.h"

#include <algorithm>
#include <new>
#include <utility>

#include "select/in_full.h"
#include "state/channel_slots.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

const SlotWord kInOrder = 0;
const SlotWord kOutWord = static_cast<std::uint64_t>(OutBit::kSwitchedOff);

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
                       .filtered = request.filter.judge != nullptr};
  if (request.allowed_groups) kept.allowed_groups = Bounded(*request.allowed_groups);
  if (request.ordered_groups) {
    kept.ordered_groups =
        Bounded(request.ordered_groups->first(std::min(request.ordered_groups->size(), kMaxPlanSteps)));
  }
  return kept;
}

// Random bits that leave word of themselves.
class WordRecorder {
 public:
  explicit WordRecorder(RandomBits bits) : bits_(bits) {}
  RandomBits bits() { return {&Draw, this}; }
  std::vector<std::uint64_t>& words() { return words_; }
  bool ran_out() const { return ran_out_; }

 private:
  static std::uint64_t Draw(void* context) noexcept {
    auto& self = *static_cast<WordRecorder*>(context);
    const std::uint64_t word = self.bits_();
    try {
      self.words_.push_back(word);
    } catch (const std::bad_alloc&) {
      self.ran_out_ = true;
    }
    return word;
  }

  RandomBits bits_;
  std::vector<std::uint64_t> words_;
  bool ran_out_ = false;
};

// A record that was read may have been written by anybody.
std::vector<std::int64_t> Sorted(std::vector<std::int64_t> ids) {
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

FrozenState::FrozenState(const Published& published, const std::function<bool(const BoundChannel&)>& is_out)
    : channels_(published.channels.begin(), published.channels.end()), frozen_(published) {
  for (BoundChannel& channel : channels_) channel.word = is_out(channel) ? &kOutWord : &kInOrder;
  frozen_.channels = channels_;
}

// A channel that a patch removed has no word.
FrozenState::FrozenState(const Published& published)
    : FrozenState(published, [](const BoundChannel& c) { return c.word != nullptr && IsOut(*c.word); }) {}

FrozenState::FrozenState(const Published& published, const std::vector<std::int64_t>& out)
    : FrozenState(published, [ids = Sorted(out)](const BoundChannel& c) {
        return std::binary_search(ids.begin(), ids.end(), c.id);
      }) {}

std::vector<std::int64_t> FrozenState::OutIds() const {
  std::vector<std::int64_t> ids;
  for (const BoundChannel& channel : channels_) {
    if (IsOut(*channel.word)) ids.push_back(channel.id);
  }
  return ids;
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
  try {
    self.known_.insert({key, code});
    self.order_.push_back(key);
  } catch (const std::bad_alloc&) {
    self.ran_out_ = true;
  }
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
  return {
      .reason = s.reason(), .channel_id = s.channel_id(), .priority = s.priority(), .group = std::string(s.group())};
}

Selection SelectAndRecord(const Published& published, const Request& request, Attempts* attempts, RandomBits bits,
                          DecisionRecord& record) {
  const FrozenState frozen(published);
  WordRecorder words(bits);
  RememberedFilter remembered(request.filter);
  Request asked = request;
  if (request.filter.judge != nullptr) asked.filter = remembered.filter();
  record = {.content_hash = published.data->content_hash,
            .generation = published.generation,
            .request = RequestOf(request),
            .out = frozen.OutIds()};
  std::optional<Attempts> walk;
  if (attempts != nullptr) walk = record.attempts = *attempts;

  Selection selection = SelectInFull(frozen.published(), asked, walk ? &*walk : nullptr, words.bits());
  record.rejected = RejectedBefore(frozen.published(), asked, record.attempts ? &*record.attempts : nullptr, selection);
  record.verdicts = remembered.Verdicts();
  record.words = std::move(words.words());
  record.answer = AnswerOf(selection);
  if (words.ran_out() || remembered.ran_out()) throw std::bad_alloc();
  if (attempts != nullptr) *attempts = *std::move(walk);
  return selection;
}

}  // namespace pointsman::inline v0
