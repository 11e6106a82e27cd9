// Served: the table of a source as a router would serve it, with the channels out that were out where it was dumped.
#ifndef POINTSMAN_SRC_CLI_SERVED_H_
#define POINTSMAN_SRC_CLI_SERVED_H_

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "cli/source.h"
#include "pointsman/router.h"

namespace pointsman::cli {

class Served {
 public:
  // Fails as Router::Publish does.
  Served(const Source& source, const Policy& policy, std::shared_ptr<const RouteTable> table);

  const Router& router() const { return router_; }

  // As Router::Explain; what is out has no share, and a hint names it.
  Explanation Explain(const Request& request, const Caller* caller) const;

  // The candidates of one tier, with the shares that they have among those that are not out.
  std::vector<CandidateInfo> CandidatesOf(const RouteInfo& route, std::int64_t priority) const;

 private:
  template <class Candidate>
  void ShareOut(std::vector<Candidate>& candidates) const;

  Router router_;
  std::set<std::int64_t> out_;
};

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_SERVED_H_
