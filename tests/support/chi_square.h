// Chi-square, and what it exceeds once in a million runs.
#ifndef POINTSMAN_TESTS_SUPPORT_CHI_SQUARE_H_
#define POINTSMAN_TESTS_SUPPORT_CHI_SQUARE_H_

#include <cmath>
#include <cstddef>
#include <span>

namespace pointsman::testing {

// E. B. Wilson and M. M. Hilferty's approximation (1931).
inline double OnceInAMillion(double degrees_of_freedom) {
  const double spread = 2 / (9 * degrees_of_freedom);
  return degrees_of_freedom * std::pow(1 - spread + 4.753 * std::sqrt(spread), 3);
}

// REQUIRES: as many of both; every expectation is above 0.
inline double ChiSquare(std::span<const double> counts, std::span<const double> expected) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    sum += (counts[i] - expected[i]) * (counts[i] - expected[i]) / expected[i];
  return sum;
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_CHI_SQUARE_H_
