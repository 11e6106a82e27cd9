// NaiveBalance: who of a tier's candidates serves under the rules that do not go by chance, said with a map of turns
// and a logarithm. It shares with the library the numbers of a key and the order of places, which affinity_test.cc and
// affinity_by_halves_test.cc compare with vectors that were computed apart.
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
#include "select/key_choice.h"
#include "select/rendezvous.h"
#include "support/naive_walker.h"

namespace pointsman::testing {

class NaiveBalance {
 public:
  explicit NaiveBalance(Policy policy) : policy_(std::move(policy)) {}
  // From now on; turns go on where they were.
  void Follow(Policy policy) { policy_ = std::move(policy); }

  // Where the request's key decides, nobody else can be drawn. Whether there was anybody else.
  bool GiveToKey(const Request& request, NaiveWalker::Answer& answer) const {
    const Balance rule = RuleOf(answer.group);
    const bool by_key = rule == Balance::kAffinity || rule == Balance::kAffinityByHalves;
    if (answer.is_pinned || !request.affinity || !by_key) return false;
    if (rule == Balance::kAffinityByHalves) {
      const std::int64_t met = Halve(*request.affinity, answer.tier);
      if (answer.weights.contains(met) && Counts(*request.affinity, met, answer.weights[met] / answer.tier[met])) {
        const bool among_several = answer.weights.size() > 1;
        answer.weights = {{met, answer.weights[met]}};
        return among_several;
      }
    }
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

  // The one whose turn it is, `again`: among those of later attempts. Nothing where it does not go by turns.
  std::optional<std::int64_t> Turn(const NaiveWalker::Answer& answer, bool again) {
    if (answer.is_pinned || answer.siblings < 2 || RuleOf(answer.group) != Balance::kSmoothRoundRobin) return {};
    std::uint64_t sum = 0;
    std::uint64_t common = 0;
    for (const auto& [id, weight] : answer.weights) {
      sum += weight;
      common = std::gcd(common, weight);
    }
    const std::uint64_t ticket = tickets_[{answer.group, answer.model, answer.priority, again}]++;
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

  using Weights = std::map<std::int64_t, std::uint64_t>;

  static std::uint64_t Sum(const Weights& weights) {
    return std::accumulate(weights.begin(), weights.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& w) { return sum + w.second; });
  }

  // Whether it serves this key although only so many parts of its weight count; 1: all of it.
  bool Counts(std::uint64_t key, std::int64_t id, std::uint64_t parts) const {
    return parts == 1 || HalvingNumbers(key, policy_.fleet_seed).OfPart(id) < parts;
  }

  // Bit by bit, from the sign on, until one is left.
  std::int64_t Halve(std::uint64_t key, Weights tier) const {
    const HalvingNumbers numbers(key, policy_.fleet_seed);
    for (int bit = 63; tier.size() > 1; --bit) {
      Weights halves[2];
      for (const auto& [id, weight] : tier) {
        const bool is_set = (static_cast<std::uint64_t>(id) >> bit & 1) != 0;
        halves[is_set != (bit == 63)][id] = weight;  // negative ones come first
      }
      if (halves[0].empty() || halves[1].empty()) continue;
      const long double u = std::ldexp(static_cast<long double>(numbers.OfSplit(tier.begin()->first, bit)), -64);
      const bool first = u * static_cast<long double>(Sum(tier)) < static_cast<long double>(Sum(halves[0]));
      tier = halves[first ? 0 : 1];
    }
    return tier.begin()->first;
  }

  Policy policy_;
  std::map<std::tuple<std::string, std::string, std::int64_t, bool>, std::uint64_t> tickets_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_NAIVE_BALANCE_H_
