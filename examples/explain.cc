// Explain: the same answer for the caller, who learns nothing internal, and for the operator, who learns it all.
#include <iostream>

#include "pointsman/load/json.h"
#include "pointsman/router.h"

int main() {
  auto loader = pointsman::JsonLoader::Text(R"({"channels": [
    {"id": 8, "name": "Bltcy", "group": "vip", "models": "runway"}]})");
  pointsman::Router router;
  if (!router.Reload(loader).ok()) return 1;
  const pointsman::Explanation why = router.Explain({.group = "", .model = "runway"});

  using enum pointsman::Language;
  std::cout << why.Text(kEnglish) << "\n" << why.Text(kChinese) << "\n";
  std::cout << why.Text(kEnglish, pointsman::Audience::kOperator);
  // Texts are made of data, which a program reads instead.
  std::cout << "as data: " << ReasonName(why.reason) << ", HTTP " << SuggestedHttpStatus(why.reason) << "\n";
}

// clang-format off
// It prints:
//
//   No channel is available for model runway in group default. Please check: 1. that the channel is enabled; 2. that the channel's groups include this group; 3. that the token's group is set correctly. (kModelNotInGroup)
//   分组 default 下模型 runway 无可用渠道。请检查：1. 渠道是否已启用；2. 渠道的分组是否包含该分组；3. 令牌的分组设置是否正确。（kModelNotInGroup）
//   no route for ("", "runway"): kModelNotInGroup, table 1
//     ✓ channel  channel 8 "Bltcy" (type 0) is enabled, for group "vip"
//     ✗ ability  no channel's lists name (default, runway)
//     ✓ token    the request has an empty group (""), replaced by "default" (empty_group: inherit)
//     ✗ table    group "default" has no route for "runway" (serving routes in all: 1)
//     -> add group "default" to a channel that serves "runway", or move the token to a group that has it
//     -> "runway" is served in: "vip"
//   as data: kModelNotInGroup, HTTP 503
