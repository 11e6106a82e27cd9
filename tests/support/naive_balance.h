// NaiveBalance: who of a tier's candidates serves under the rules that do not go by chance, said with a map of turns
// and a logarithm. It shares with the library the number of a key and a channel and the order of places, both of which
// balance_test.cc compares with vectors that were computed apart.
#ifndef POINTSMAN_TESTS_SUPPORT_NAIVE_BALANCE_H_
#define POINTSMAN_TESTS_SUPPORT_NAIVE_BALANCE_H_

#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "pointsman/policy.h"
#include "pointsman/request.h"
#include "select/balanced_draw.h"
#include "select/rendezvous.h"
#include "support/naive_walker.h"

namespace pointsman::testing {

class NaiveBalance {
 public:
  explicit NaiveBalance(Policy policy) : policy_(std::move(policy)) {}

  // Where the request's key decides, nobody else can be drawn. Whether there was anybody else.
  bool GiveToKey(const Request& request, NaiveWalker::Answer& answer) const {
    if (answer.is_pinned || !request.affinity || RuleOf(answer.group) != Balance::kAffinity) return false;
    std::int64_t best = 0;
    long double least = 0;
    for (const auto& [id, weight] : answer.weights) {
      const std::uint64_t u = RendezvousNumber(SeededKey(*request.affinity, policy_.fleet_seed), id);
      const long double wait = (64 - std::log2(static_cast<long double>(u))) / static_cast<long double>(weight);
      if (best == 0 || wait < least) {
        best = id;
        least = wait;
      }
    }
    const bool among_several = answer.weights.size() > 1;
    answer.weights = {{best, answer.weights[best]}};
    return among_several;
  }

  // The one whose turn it is. Nothing where it does not go by turns.
  std::optional<std::int64_t> Turn(const NaiveWalker::Answer& answer) {
    if (answer.is_pinned || answer.siblings < 2 || RuleOf(answer.group) != Balance::kSmoothRoundRobin) return {};
    std::uint64_t sum = 0;
    std::uint64_t common = 0;
    for (const auto& [id, weight] : answer.weights) {
      sum += weight;
      common = std::gcd(common, weight);
    }
    const std::uint64_t ticket = tickets_[{answer.group, answer.model, answer.priority}]++;
    std::uint64_t place = PlaceOfTicket(ticket, sum / common) * common;
    for (const auto& [id, weight] : answer.weights) {
      if (place < weight) return id;
      place -= weight;
    }
    return {};
  }

 private:
  Balance RuleOf(const std::string& group) const {
    const auto rule = policy_.groups.groups.find(group);
    return rule != policy_.groups.groups.end() && rule->second.balance ? *rule->second.balance : policy_.balance;
  }

  Policy policy_;
  std::map<std::tuple<std::string, std::string, std::int64_t>, std::uint64_t> tickets_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_NAIVE_BALANCE_H_
