// EverySchedule: a few bodies that run step by step, in every order in which their steps can follow each other.
//
//   EverySchedule schedule;
//   do {
//     Cell cell;                                                     // each run begins anew
//     schedule.Run({[&] { cell.Read(…); }, [&] { cell.Write(…); }});  // they call schedule.Pause() between their steps
//   } while (schedule.Next());
//
// A run is the list of decisions who goes on, made at the beginning, at each Pause and at each end; Next changes the
// last one that has another choice. So the bodies must do the same again where the decisions are the same.
//
// The bodies are fibers of the calling thread (ucontext), since hundreds of thousands of orders take seconds so, and
// with threads that hand a turn to each other minutes. What is thread_local they have in common.
//
// Thread safety: none; all of it belongs to one thread.
#ifndef POINTSMAN_TESTS_SUPPORT_EVERY_SCHEDULE_H_
#define POINTSMAN_TESTS_SUPPORT_EVERY_SCHEDULE_H_

#include <gtest/gtest.h>
#include <ucontext.h>

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pointsman::testing {

class EverySchedule {
 public:
  EverySchedule() = default;
  EverySchedule(const EverySchedule&) = delete;
  EverySchedule& operator=(const EverySchedule&) = delete;

  // REQUIRES: as many bodies as in the runs before. They must not throw.
  void Run(const std::vector<std::function<void()>>& bodies) {
    decided_ = 0;
    steps_.clear();
    for (std::size_t i = 0; i < bodies.size(); ++i) Prepare(i, bodies[i]);
    while (!running_.empty()) {
      current_ = Decide();
      swapcontext(&outside_, &current_->context);
      std::erase(running_, current_);  // a fiber returns here only when its body has ended
      current_ = nullptr;
    }
  }

  // False when there is no other.
  bool Next() {
    while (!decisions_.empty() && ++decisions_.back().chosen == decisions_.back().choices) decisions_.pop_back();
    return !decisions_.empty();
  }

  // For the bodies; elsewhere it does nothing.
  void Pause() {
    if (current_ == nullptr) return;
    Fiber* const self = current_;
    current_ = Decide();
    if (current_ != self) swapcontext(&self->context, &current_->context);
  }

  // The bodies in the order of their steps, such as "0 0 1 0".
  std::string Text() const {
    std::string text;
    for (const std::size_t step : steps_) text.append(text.empty() ? "" : " ").append(std::to_string(step));
    return text;
  }

 private:
  static constexpr std::size_t kStackBytes = std::size_t{1} << 17;

  struct Fiber {
    std::size_t number;
    const std::function<void()>* body = nullptr;
    std::unique_ptr<char[]> stack{new char[kStackBytes]};
    ucontext_t context{};
  };
  struct Decision {
    std::size_t chosen;   // of those that run
    std::size_t choices;  // how many those are
  };

  void Prepare(std::size_t i, const std::function<void()>& body) {
    if (fibers_.size() == i) fibers_.push_back(std::make_unique<Fiber>(Fiber{.number = i}));
    Fiber& fiber = *fibers_[i];
    fiber.body = &body;
    if (getcontext(&fiber.context) != 0) std::abort();
    fiber.context.uc_stack = {.ss_sp = fiber.stack.get(), .ss_flags = 0, .ss_size = kStackBytes};
    fiber.context.uc_link = &outside_;
    starting = this;
    makecontext(&fiber.context, &Begin, 0);
    running_.push_back(&fiber);
  }

  static void Begin() { (*starting->current_->body)(); }

  // REQUIRES: somebody runs.
  Fiber* Decide() {
    if (decided_ == decisions_.size()) decisions_.push_back({0, running_.size()});
    if (decisions_[decided_].choices != running_.size()) {
      ADD_FAILURE() << "the same decisions led elsewhere";
      std::abort();  // there is no way on that would not miss orders
    }
    Fiber* const next = running_[decisions_[decided_++].chosen];
    steps_.push_back(next->number);
    return next;
  }

  static inline EverySchedule* starting = nullptr;  // the one that runs: makecontext takes no pointers

  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Fiber*> running_;
  Fiber* current_ = nullptr;
  ucontext_t outside_{};
  std::vector<Decision> decisions_;
  std::size_t decided_ = 0;
  std::vector<std::size_t> steps_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_EVERY_SCHEDULE_H_
