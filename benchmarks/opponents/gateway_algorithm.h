// GatewayRouter: what the Go gateways do for each request (new-api, from memory), written in C++ step by step. The same
// in Go stands in benchmarks/go.
//
//   1  take the read lock
//   2  nested maps with string keys: group, then model, to a list of channel numbers; one channel: done
//   3  look each channel up by number; collect the distinct priorities in a map
//   4  copy them into a list, sort it descending, take the one for this attempt
//   5  look each channel up again; gather those of that priority and the sum of their weights
//   6  smooth: all weights zero count as 100 each; an average below 10 is scaled by 100
//   7  draw a number below the sum, subtract weights until it turns negative
//
// Lookups make no temporary strings and the lists are reserved, since Go allocates for neither. The rest is as written.
//
// Thread safety: thread-safe.
#ifndef POINTSMAN_BENCHMARKS_OPPONENTS_GATEWAY_ALGORITHM_H_
#define POINTSMAN_BENCHMARKS_OPPONENTS_GATEWAY_ALGORITHM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "opponents/choice.h"
#include "opponents/string_keys.h"
#include "pointsman/loader.h"

namespace pointsman::bench {

class GatewayRouter {
 public:
  // Replaces the tables by those of `rows`, without the channels in `removed`. Weights and priorities are the
  // channels'.
  void Rebuild(const Rows& rows, const std::unordered_set<std::int64_t>& removed = {});

  Choice Select(std::string_view group, std::string_view user_group, std::string_view model,
                std::size_t attempt = 0) const;

 private:
  struct Channel {
    std::int64_t id;
    std::int64_t priority;
    std::int64_t weight;
  };
  using Models = std::unordered_map<std::string, std::vector<std::int64_t>, StdStringHash, StringEqual>;

  const Channel* Pick(const std::vector<std::int64_t>& ids, std::size_t attempt) const;

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Models, StdStringHash, StringEqual> group_to_model_to_channels_;
  std::unordered_map<std::int64_t, std::unique_ptr<const Channel>> channels_;
};

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_OPPONENTS_GATEWAY_ALGORITHM_H_
