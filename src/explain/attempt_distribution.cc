// The later attempts of a walk: what may have been tried is followed set by set, since the order in which channels were
// tried changes nothing about who is next. Of a tier of n candidates these are the subsets, at most 2^n of them.
#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "explain/distribution_of.h"
#include "select/next_tier.h"

namespace pointsman::inline v0 {
namespace {

using Fraction = boost::multiprecision::cpp_rational;

constexpr std::size_t kMostCourses = 4096;
constexpr unsigned kMostBits = 16'384;

// A set of attempts, and the probability of having made them.
struct Course {
  Attempts attempts;
  Fraction probability = 0;
};
using Key = std::vector<std::tuple<std::int64_t, std::int64_t, std::uint64_t>>;
using Courses = std::map<Key, Course>;

Key KeyOf(const Attempts& attempts) {
  Key key;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    key.emplace_back(attempts[i].channel_id, attempts[i].priority, attempts[i].group);
  }
  std::sort(key.begin(), key.end());
  return key;
}

std::string Text(const Fraction& f) { return numerator(f).str() + "/" + denominator(f).str(); }

bool IsTooLong(const Fraction& f) { return msb(denominator(f)) >= kMostBits; }

absl::Status TooMuch(std::size_t attempt, const std::string& why) {
  return absl::OutOfRangeError("the exact shares of attempt " + std::to_string(attempt) + " take " + why +
                               "; ask for an earlier attempt, or give Distribute the attempts that were made");
}

std::size_t CountDrawable(const NextTier& next) {
  return static_cast<std::size_t>(
      std::count_if(next.standings.begin(), next.standings.end(), [](const Standing& s) { return s.weight > 0; }));
}

class Walks {
 public:
  Walks(const Published& published, const Request& request, std::size_t attempt)
      : published_(published), request_(request), attempt_(attempt) {}

  absl::StatusOr<AttemptDistribution> Run(const Attempts& made) {
    Courses courses;
    courses[KeyOf(made)] = {.attempts = made, .probability = 1};
    for (std::size_t step = 1; step < attempt_ && !courses.empty(); ++step) {
      Courses later;
      for (const auto& [key, course] : courses) {
        if (absl::Status fine = GoOn(course, later); !fine.ok()) return fine;
      }
      courses = std::move(later);
    }
    for (const auto& [key, course] : courses) AddLast(course);
    return Summed();
  }

 private:
  // Every channel that may be tried next leads to another course.
  absl::Status GoOn(const Course& course, Courses& later) {
    const NextTier next = FindNextTier(published_, request_, &course.attempts);
    if (next.reason != Reason::kNone) {
      over_ += course.probability;
      return absl::OkStatus();
    }
    if (const std::size_t drawable = CountDrawable(next); drawable > kMostExpanded) {
      return TooMuch(attempt_, "all subsets of the " + std::to_string(drawable) + " candidates of priority " +
                                   std::to_string(next.priority) + ", and at most " + std::to_string(kMostExpanded) +
                                   " candidates are followed");
    }
    for (const Standing& s : next.standings) {
      if (s.weight == 0) continue;
      Attempts attempts = course.attempts;
      attempts.Add({.channel_id = s.channel_id,
                    .priority = next.priority,
                    .group = GroupKey(published_.data->groups[next.group])});
      Course& to = later[KeyOf(attempts)];
      to.attempts = std::move(attempts);
      to.probability += course.probability * Fraction(s.weight, next.total);
      if (IsTooLong(to.probability)) return TooMuch(attempt_, "fractions of more than 16384 bits");
      if (later.size() > kMostCourses) return TooMuch(attempt_, "more than 4096 courses of the walk");
    }
    return absl::OkStatus();
  }

  void AddLast(const Course& course) {
    const NextTier next = FindNextTier(published_, request_, &course.attempts);
    if (next.reason != Reason::kNone) over_ += course.probability;
    for (const Standing& s : next.standings) {
      if (s.weight == 0) continue;
      shares_[{s.channel_id, next.group, next.priority}] += course.probability * Fraction(s.weight, next.total);
    }
  }

  absl::StatusOr<AttemptDistribution> Summed() const {
    AttemptDistribution d{
        .attempt = attempt_, .shares = {}, .over_exact = Text(over_), .over = over_.convert_to<double>()};
    for (const auto& [who, share] : shares_) {
      if (IsTooLong(share)) return TooMuch(attempt_, "fractions of more than 16384 bits");
      d.shares.push_back({.channel_id = std::get<0>(who),
                          .priority = std::get<2>(who),
                          .group = std::string(published_.data->groups[std::get<1>(who)]),
                          .exact = Text(share),
                          .value = share.convert_to<double>()});
    }
    return d;
  }

  const Published& published_;
  const Request& request_;
  const std::size_t attempt_;
  Fraction over_ = 0;
  std::map<std::tuple<std::int64_t, std::uint32_t, std::int64_t>, Fraction> shares_;
};

}  // namespace

absl::StatusOr<AttemptDistribution> AttemptDistributionOf(const Published& published, const Request& request,
                                                          std::size_t attempt, const Attempts* attempts) {
  if (attempt == 0) return absl::InvalidArgumentError("attempts are counted from 1; ask for attempt 1 or later");
  return Walks(published, request, attempt).Run(attempts != nullptr ? *attempts : Attempts());
}

}  // namespace pointsman::inline v0
