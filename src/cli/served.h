// Served: the table of a source as a router would serve it, with the channels out that were out where it was dumped.
#ifndef POINTSMAN_SRC_CLI_SERVED_H_
#define POINTSMAN_SRC_CLI_SERVED_H_

#include <cstdint>
#include <memory>
#include <set>

#include "cli/source.h"
#include "pointsman/router.h"

namespace pointsman::cli {

class Served {
 public:
  // Fails as Router::Publish does.
  Served(const Source& source, const Policy& policy, std::shared_ptr<const RouteTable> table);

  const Router& router() const { return router_; }

  // As Router::Explain, with a hint that names what is out in the gateway. The generation is a dump's, else none.
  Explanation Explain(const Request& request, const Attempts& attempts, const Caller* caller) const;

 private:
  Router router_;
  std::set<std::int64_t> out_;
  std::uint64_t generation_ = 0;
};

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_SERVED_H_
