#include <iostream>

#include "pointsman/load/json.h"
#include "pointsman/router.h"

int main() {
  auto loader = pointsman::JsonLoader::Text(R"({"channels": [
    {"id": 8, "name": "Bltcy", "group": "default", "models": "runway,pika,kling", "weight": 1}]})");
  pointsman::Router router;
  if (auto built = router.Reload(loader); !built.ok()) return 1;

  pointsman::Request request{.group = "", .model = "runway"};  // a token without a group
  if (auto s = router.Select(request)) std::cout << "channel " << s.channel_id() << " serves " << s.group() << "\n";
  request.model = "sora";
  std::cout << router.Explain(request).Text() << "\n";
}
