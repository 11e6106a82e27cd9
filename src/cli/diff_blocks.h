// What a Diff says about many routes, gathered for people: routes of a group that change in the same way are one block.
#ifndef POINTSMAN_SRC_CLI_DIFF_BLOCKS_H_
#define POINTSMAN_SRC_CLI_DIFF_BLOCKS_H_

#include <string>
#include <vector>

#include "pointsman/diff.h"

namespace pointsman::cli {

// Never empty; all have the group and the change of the first.
using DiffBlock = std::vector<const RouteDiff*>;

// In order of their first routes. The routes must outlive the blocks.
std::vector<DiffBlock> BlocksOf(const std::vector<RouteDiff>& routes);

// "not served: kModelNotInGroup", "by group \"default\", 3 channels".
std::string SideText(const RouteSide& side);

// Everything of a changed route but its shares: "another group serves: …", "2 channels instead of 4". May be empty.
std::string ChangeText(const RouteDiff& route);

// The name of a channel, which either table may know. Empty where neither does.
struct ChannelNames {
  const RouteTable& before;
  const RouteTable& after;
  std::string Of(std::int64_t id) const;
};

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_DIFF_BLOCKS_H_
