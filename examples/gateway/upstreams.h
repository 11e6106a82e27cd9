// Upstreams: where each channel's requests go and with which key, read beside the routes and never shown.
//
//   Upstreams upstreams(*database);
//   KeptInStep loader(database->MakeLoader(), upstreams);     // each load of the routes reads the upstreams too
//   std::shared_ptr<const Upstream> upstream = upstreams.Find(selection.channel_id());
//
// Thread safety: thread-safe. Cost of Find: a lock and a lookup.
#ifndef GATEWAY_UPSTREAMS_H_
#define GATEWAY_UPSTREAMS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "database.h"
#include "pointsman/loader.h"

namespace gateway {

struct Upstream {
  std::string origin;  // "https://api.example.com:8443"
  std::string path;    // before that of the request; empty, or begins with a slash and does not end with one
  std::vector<std::string> keys;
  std::string model_mapping;
};

// "https://api.example.com/openai/": InvalidArgument for anything but http and https.
absl::StatusOr<Upstream> ParseBaseUrl(std::string_view url);

// As the gateways keep them in one column: a single key, lines, or a JSON array of texts.
std::vector<std::string> SplitKeys(std::string_view column);

class Upstreams {
 public:
  explicit Upstreams(Database& database) : database_(database) {}

  // Reads all of them anew. Those without a usable base URL are left out; on an error the last ones stay.
  absl::Status Read();

  // Null where the channel has no usable base URL, or is gone.
  std::shared_ptr<const Upstream> Find(std::int64_t channel_id) const;

 private:
  using Map = std::map<std::int64_t, std::shared_ptr<const Upstream>>;
  Database& database_;
  mutable std::mutex mutex_;
  Map all_;
};

// A loader after which the upstreams are those of its rows, or newer.
class KeptInStep final : public pointsman::Loader {
 public:
  KeptInStep(std::unique_ptr<pointsman::Loader> routes, Upstreams& upstreams)
      : routes_(std::move(routes)), upstreams_(upstreams) {}

  absl::Status Load(pointsman::RowSink& sink, const pointsman::Wanted& wanted) override {
    const absl::Status loaded = routes_->Load(sink, wanted);
    return loaded.ok() ? upstreams_.Read() : loaded;
  }
  std::string source() const override { return routes_->source(); }

 private:
  std::unique_ptr<pointsman::Loader> routes_;
  Upstreams& upstreams_;
};

}  // namespace gateway

#endif  // GATEWAY_UPSTREAMS_H_
