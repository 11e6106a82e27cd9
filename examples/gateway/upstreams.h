// Upstreams: where each channel's requests go and with which key, read beside the routes and never shown.
//
//   Upstreams upstreams(*database);
//   KeptInStep loader(database->MakeLoader(), upstreams);     // each load of the routes reads the upstreams too
//   std::shared_ptr<const UpstreamMap> all = upstreams.All();  // for one request: it is filtered and sent by it
//
// Thread safety: thread-safe; an UpstreamMap is immutable. Cost of All: a lock.
#ifndef GATEWAY_UPSTREAMS_H_
#define GATEWAY_UPSTREAMS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "database.h"
#include "pointsman/loader.h"
#include "pointsman/request.h"

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

// By channel; those without a usable base URL, or gone, are not in it.
using UpstreamMap = std::unordered_map<std::int64_t, Upstream>;

// A filter for requests: leaves out channels that nothing can be sent to, and what another filter leaves out.
struct ReachableChannels {
  static constexpr std::int32_t kNoUpstream = 1;  // the reason, in explanations

  // The same request, with this as its filter: this must outlive it, and stay where it is. REQUIRES: it has no filter
  // that is this one.
  pointsman::Request Among(pointsman::Request request) {
    also = std::exchange(request.filter, {.judge = &Judge, .context = this});
    return request;
  }
  static std::int32_t Judge(void* self, const pointsman::FilterCandidate& candidate) noexcept;

  std::shared_ptr<const UpstreamMap> all;
  pointsman::CandidateFilter also;
};

class Upstreams {
 public:
  // `log` hears which channels nothing can be sent to, once until they are others. Null: nobody does.
  explicit Upstreams(Database& database, std::function<void(const std::string&)> log = nullptr)
      : database_(database), log_(std::move(log)) {}

  // Reads all of them anew; on an error the last ones stay.
  absl::Status Read();

  std::shared_ptr<const UpstreamMap> All() const;

 private:
  void Tell(const std::string& unusable);

  Database& database_;
  std::function<void(const std::string&)> log_;
  mutable std::mutex mutex_;
  std::shared_ptr<const UpstreamMap> all_ = std::make_shared<const UpstreamMap>();
  std::string told_;
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
