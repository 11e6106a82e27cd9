// What the tests of refreshing share: a source that a test writes into, and a clock that it turns.
#ifndef POINTSMAN_TESTS_SUPPORT_REFRESHED_H_
#define POINTSMAN_TESTS_SUPPORT_REFRESHED_H_

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "pointsman/refresher.h"
#include "support/rows_builder.h"
#include "support/scripted_loader.h"

namespace pointsman::testing {

class Refreshed : public ::testing::Test {
 protected:
  using milliseconds = std::chrono::milliseconds;

  // Without jitter, unless a test asks for it.
  Refresher& Begin(RefresherOptions options = {}) {
    options.clock = clock();
    if (options.jitter_seed == 0) options.pace.jitter = 0;
    refresher_ = std::make_unique<Refresher>(router_, loader_, std::move(options));
    return *refresher_;
  }

  Clock clock() { return {.now = &Now, .context = &now_}; }

  RefreshTurn StepAfter(milliseconds time) {
    now_ += time;
    return refresher_->Step();
  }
  // When the next load is due, in milliseconds.
  static milliseconds NextOf(const RefreshTurn& turn) { return std::chrono::duration_cast<milliseconds>(turn.next); }

  bool Serves(std::string_view model) {
    return static_cast<bool>(router_.Select({.group = "default", .model = model}));
  }

  // The source.
  std::vector<ChannelRow> channels_ = {Bltcy()};
  std::vector<OptionRow> options_;
  bool asked_for_options_ = false;
  std::vector<std::string> columns_;  // of channels, that it says it has
  absl::Status broken_;
  std::function<void()> during_load_;
  int loads_ = 0;

  std::chrono::nanoseconds now_ = std::chrono::hours(5);
  Router router_;
  ScriptedLoader loader_{[this](RowSink& sink, const Wanted& wanted) {
    ++loads_;
    asked_for_options_ = wanted.options;
    for (const OptionRow& option : options_) {
      if (wanted.options && !sink.Add(option)) break;
    }
    for (const std::string& column : columns_) sink.Describe({.column = column});
    const absl::Status added = AddAll(sink, channels_);
    if (during_load_) during_load_();
    return broken_.ok() ? added : broken_;
  }};
  std::unique_ptr<Refresher> refresher_;

 private:
  static std::chrono::nanoseconds Now(void* now) noexcept { return *static_cast<std::chrono::nanoseconds*>(now); }
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_REFRESHED_H_
