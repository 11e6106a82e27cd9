// Eventually: what another thread or process does becomes true, or the test fails after ten seconds.
#ifndef POINTSMAN_TESTS_SUPPORT_EVENTUALLY_H_
#define POINTSMAN_TESTS_SUPPORT_EVENTUALLY_H_

#include <chrono>
#include <functional>
#include <thread>

namespace pointsman::testing {

inline bool Eventually(const std::function<bool()>& holds, std::chrono::seconds limit = std::chrono::seconds(10)) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_EVENTUALLY_H_
