// BalancedSetting: a router with one tier of so many candidates under one rule of pointsman/balance.h, and the calls
// whose cost is asked for.
//
//   BalancedSetting setting(1000, Balance::kAffinity);
//   setting.Select(n);
//
// Where a rule counts requests in flight, the end of the selection, which releases it, is part of the call. Under
// affinity each call has another key.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_BENCHMARKS_HARNESS_BALANCED_H_
#define POINTSMAN_BENCHMARKS_HARNESS_BALANCED_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "harness/paired.h"
#include "pointsman/balance.h"
#include "pointsman/compile.h"
#include "pointsman/outcome.h"
#include "pointsman/router.h"
#include "workloads/workload.h"

namespace pointsman::bench {

inline constexpr std::array kBalances = {Balance::kWeightedRandom, Balance::kSmoothRoundRobin,
                                         Balance::kLeastInFlight,  Balance::kLowestLatency,
                                         Balance::kAffinity,       Balance::kAffinityByHalves};

class BalancedSetting {
 public:
  BalancedSetting(std::uint32_t candidates, Balance balance) : w_(Wide(candidates)), router_(With(balance)) {
    if (!router_.Publish(Compile(w_.rows(), router_.policy())->table).ok()) std::abort();
    request_ = {.group = w_.group(w_.hot_key()), .model = w_.model(w_.hot_key())};
    if (balance == Balance::kAffinity || balance == Balance::kAffinityByHalves) request_.affinity = 0;
  }

  void Select(std::size_t calls) {
    for (; calls > 0; --calls) {
      if (request_.affinity) ++*request_.affinity;
      Keep(router_.Select(request_).channel_id());
    }
  }
  void SelectAndReport(std::size_t calls) {
    for (; calls > 0; --calls) {
      Selection selection = router_.Select(request_);
      router_.Report(selection, {.latency = std::chrono::milliseconds(800)});
      Keep(selection.channel_id());
    }
  }

 private:
  static Policy With(Balance balance) {
    Policy policy;
    policy.balance = balance;
    return policy;
  }

  const Workload w_;
  Router router_;
  Request request_;
};

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_HARNESS_BALANCED_H_
