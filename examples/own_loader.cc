// A loader of one's own: whatever the gateway keeps its channels in.
#include <iostream>
#include <string>
#include <vector>

#include "pointsman/router.h"

namespace {

// The gateway's own records. Its secrets have no place in rows and stay here.
struct Upstream {
  std::int64_t id;
  std::string key, tenants, models;
  std::int64_t weight;
};

class UpstreamLoader final : public pointsman::Loader {
 public:
  explicit UpstreamLoader(const std::vector<Upstream>& upstreams) : upstreams_(upstreams) {}

  absl::Status Load(pointsman::RowSink& sink, const pointsman::Wanted&) override {
    for (std::size_t i = 0; i < upstreams_.size(); ++i) {
      const Upstream& u = upstreams_[i];
      // The cookie comes back in the selection: no search for the record that was meant.
      if (!sink.Add(pointsman::ChannelRow{
              .id = u.id, .groups = u.tenants, .models = u.models, .weight = u.weight, .cookie = i})) {
        return absl::CancelledError("the sink asked to stop");
      }
    }
    return absl::OkStatus();
  }
  std::string source() const override { return "upstreams.toml"; }

 private:
  const std::vector<Upstream>& upstreams_;
};

}  // namespace

int main() {
  const std::vector<Upstream> upstreams = {{1, "sk-…", "default", "gpt-4o", 1}, {2, "sk-…", "default", "gpt-4o", -5}};
  UpstreamLoader loader(upstreams);
  pointsman::Router router;
  const auto built = router.Reload(loader);
  if (!built.ok()) return 1;
  for (const auto& rejection : built->rejections) std::cout << rejection.Text() << "\n";
  const auto s = router.Select({.group = "default", .model = "gpt-4o"});
  std::cout << "serves: " << upstreams[s.cookie()].models << " by upstream " << upstreams[s.cookie()].id << "\n";
}

// It prints:
//
//   upstreams.toml: channels id 2, column weight: channel "": weight -5 is negative; use 0 to switch it off
//   serves: gpt-4o by upstream 1
