// WalkProgram: a router and a naive walker, and walks through both, as a tape of choices wants them: which policy and
// tables, which requests, what happens between the attempts. It says where the two disagree, and can tell all that it
// does as C++.
//
//   ChoiceTape tape(seed);
//   WalkProgram program(tape, met, WalkProgram::Lie::kNone, WalkProgram::Tells::kAll);
//   if (std::optional<std::string> wrong = program.Run()) ADD_FAILURE() << program.Text() << *wrong;
#ifndef POINTSMAN_TESTS_SUPPORT_WALK_PROGRAM_H_
#define POINTSMAN_TESTS_SUPPORT_WALK_PROGRAM_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/choice_tape.h"
#include "support/naive_balance.h"
#include "support/naive_channel.h"
#include "support/naive_walker.h"
#include "support/random_policy.h"

namespace pointsman::testing {

class WalkProgram {
 public:
  // Told to the naive side only, to see that it would be noticed.
  enum class Lie { kNone, kFallsBackAlways };
  enum class Tells { kNothing, kAll };
  using Met = std::map<std::string, int>;  // what came up, by name

  WalkProgram(ChoiceTape& tape, Met& met, Lie lie, Tells tells);

  // A few walks. What the two do not agree about.
  std::optional<std::string> Run();
  // The channels of all selections; 0 where nobody serves.
  const std::vector<std::int64_t>& served() const { return served_; }
  std::string Text() const { return told_.str(); }  // of what has been run, with Tells::kAll

 private:
  static constexpr std::int64_t kChannels = 8;

  // A request that owns its texts. Not to be moved.
  struct Asked {
    std::string group, user_group, model;
    std::vector<std::string> names;
    std::vector<std::string_view> list;
    Request request;
  };
  // An attempt that has not ended.
  struct Open {
    Selection selection;
    std::string model;
    Time began{0};
    NaiveChannel::Taken taken;
    int models = 0;  // models_changed_ when it began
  };

  bool OneIn(std::size_t n) { return tape_.OneIn(n); }
  template <class T>
  T Of(std::initializer_list<T> values) {
    return values.begin()[tape_.Below(values.size())];
  }
  std::int64_t Channel();
  std::string Group();
  std::string Model();

  Policy MakePolicy();
  RouterOptions MakeOptions();
  void MakeRequest(Asked& asked);
  NaiveWalker::Stand StandOf(std::int64_t channel, const std::string& model, bool cooling_serves);

  std::string PolicyText() const;
  void TellBeginning();
  void Walk();
  bool Attempt(const Asked& asked, Attempts* attempts);
  std::optional<Selection> ByHandles(const Asked& asked);
  Selection ByNames(const Asked& asked, Attempts* attempts);
  void Compare(const Asked& asked, const Attempts* attempts, const NaiveWalker::Answer& expected);
  void CompareExplained(const Explanation& why, const NaiveWalker::Answer& expected);
  void CompareServed(const Selection& drawn, const NaiveWalker::Answer& expected, bool walks);
  void CompareKey(const Selection& drawn, bool walks);
  void Note(const NaiveWalker::Answer& expected);

  void Between(Attempts& attempts);
  void Publish();
  void Switch();
  void Limit();
  void End(Attempts& attempts);
  bool MayCool(std::int64_t channel, const std::string& group);

  template <class A, class B>
  void Agree(std::string_view what, const A& library, const B& naive) {
    if (library != naive) wrong_ << what << ": " << library << " instead of " << naive << "\n";
  }
  bool IsWrong() { return wrong_.tellp() > 0; }
  template <class Say>
  void Tell(const Say& say) {
    if (tells_ == Tells::kAll) told_ << say() << "\n";
  }
  static std::int32_t Judge(void* self, const FilterCandidate& c) noexcept;

  ChoiceTape& tape_;
  Met& met_;
  const Lie lie_;
  const Tells tells_;
  std::ostringstream told_;
  std::ostringstream wrong_;

  RandomPolicies policies_;
  const bool has_state_;  // channels fail, are limited and cool down
  bool goes_by_profile_ = false;
  Policy policy_;
  FakeClock clock_;
  const RouterOptions options_;
  Router router_;
  NaiveBalance balance_;
  std::optional<NaiveWalker> naive_;
  std::vector<NaiveChannel> channels_;
  std::map<std::string, std::set<std::int64_t>> serving_;  // who serves anything, by group
  // The models of the table, and how often they changed: an attempt from before says nothing of its model once that was
  // long ago.
  static constexpr int kModelsRemembered = 8;
  std::set<std::string> models_;
  int models_changed_ = 0;
  Asked asked_;
  std::set<std::int64_t> filtered_;
  std::vector<NaiveAttempt> tried_;
  std::vector<Open> open_;
  std::vector<std::int64_t> served_;
  SplitMix64 bits_{1};
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_WALK_PROGRAM_H_
