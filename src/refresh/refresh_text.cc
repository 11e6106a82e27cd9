// What refreshing says in words: names, what is wrong with options, one line of status.
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include "pointsman/refresher.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kLongest = std::chrono::hours(24);

absl::Status CheckTime(std::string_view field, milliseconds value, milliseconds least) {
  if (value >= least && value <= kLongest) return absl::OkStatus();
  return absl::InvalidArgumentError("RefresherOptions: " + std::string(field) + " is " + std::to_string(value.count()) +
                                    " ms; set it between " + std::to_string(least.count()) + " ms and a day");
}

// "3.2 s".
std::string Seconds(nanoseconds time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", std::chrono::duration<double>(time).count());
  return text.data();
}

}  // namespace

std::string_view RefreshOutcomeName(RefreshOutcome outcome) {
  switch (outcome) {
    case RefreshOutcome::kNotDue: return "not_due";
    case RefreshOutcome::kPublished: return "published";
    case RefreshOutcome::kUnchanged: return "unchanged";
    case RefreshOutcome::kRefused: return "refused";
    case RefreshOutcome::kFailed: return "failed";
  }
  return "unknown";
}

absl::Status RefresherOptions::Validate() const {
  absl::Status fine = CheckTime("pace.interval", pace.interval, milliseconds(1));
  fine.Update(CheckTime("pace.shortest_pause", pace.shortest_pause, milliseconds(0)));
  fine.Update(CheckTime("pace.first_backoff", pace.first_backoff, milliseconds(1)));
  fine.Update(CheckTime("pace.longest_backoff", pace.longest_backoff, milliseconds(1)));
  fine.Update(CheckTime("load_timeout", load_timeout, milliseconds(1)));
  fine.Update(CheckTime("accept_loss_after", accept_loss_after, milliseconds(0)));
  if (fine.ok() && !(pace.jitter >= 0.0 && pace.jitter <= 0.9)) {
    return absl::InvalidArgumentError("RefresherOptions: pace.jitter is " + std::to_string(pace.jitter) +
                                      "; set it between 0 and 0.9");
  }
  return fine;
}

std::string RefreshStatus::Text() const {
  std::string text = "generation " + std::to_string(generation);
  text += age.has_value() ? ", " + Seconds(*age) + " old" : ", nothing loaded yet";
  if (failures_in_a_row > 0) text += "; " + std::to_string(failures_in_a_row) + " failures in a row";
  if (held_back.has_value()) text += "; a table is held back for " + Seconds(held_back->age);
  if (!ok() && !last_error.ok()) text += ": " + std::string(last_error.message());
  if (rejections > 0) text += "; " + std::to_string(rejections) + " rows rejected, such as " + first_rejection;
  if (notifier.has_value() && !notifier->ok()) text += "; not notified: " + std::string(notifier->message());
  return PlainLine(text);  // a host's own loader says what it likes
}

}  // namespace pointsman::inline v0
