// Hot reload: the table is replaced while requests go on, and a bad one changes nothing.
#include <iostream>

#include "pointsman/load/json.h"
#include "pointsman/router.h"

namespace {

void Reload(pointsman::Router& router, const char* rows) {
  auto loader = pointsman::JsonLoader::Text(rows);
  const auto built = router.Reload(loader);
  if (built.ok()) {
    std::cout << "generation " << built->generation << ", " << built->serving_routes << " routes serve\n";
  } else {
    std::cout << "kept what was there: " << built.status().message() << "\n";
  }
}

}  // namespace

int main() {
  pointsman::Router router;
  Reload(router, R"({"channels": [{"id": 8, "group": "default", "models": "a,b,c"}]})");
  const pointsman::Snapshot held = router.TakeSnapshot();  // may be kept as long as one likes

  Reload(router, R"({"channels": [{"id": 8, "group": "default", "models": "a,b"}]})");
  Reload(router, R"({"channels": [{"id": 8, "group": "default")");  // cut off
  Reload(router, R"({"channels": []})");                            // emptied for a moment: the guard

  std::cout << "c is served: " << (router.Select({.group = "default", .model = "c"}) ? "yes" : "no")
            << "; in the table of generation " << held.generation << ": "
            << (held.table->Describe("default", "c")->top() != nullptr ? "yes" : "no") << "\n";
}

// clang-format off
// It prints:
//
//   generation 1, 3 routes serve
//   generation 2, 2 routes serve
//   kept what was there: json:1:43: unexpected end of input; the text ends too early: close every [ and {
//   kept what was there: 2 of 2 serving routes would be lost, which is more than max_lost_share allows; the current table stays. If the loss is meant, publish the table yourself or raise max_lost_share
//   c is served: no; in the table of generation 1: yes
