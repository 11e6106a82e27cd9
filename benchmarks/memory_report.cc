// memory_report [--huge]: bytes for each ability, as the library says and as the heap shows (what malloc holds after
// building, less what it held before). Not a timing. Two columns that differ are a bug in the first.
#include <malloc.h>

#include <cstdio>
#include <cstring>
#include <memory>

#include "harness/cases.h"
#include "harness/optional_api.h"
#include "opponents/gateway_algorithm.h"
#include "opponents/ordinary.h"

namespace pointsman::bench {
namespace {

double HeldBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

template <class R>
double SaidBytes(const R& router) {
  if constexpr (HasMemoryBytes<R>) {
    return static_cast<double>(router.memory_bytes());
  } else {
    return static_cast<double>(router.TakeSnapshot().table->memory_bytes());
  }
}

bool Report(Size size) {
  const Workload& w = WorkloadOf(size);
  const auto abilities = static_cast<double>(w.shape().abilities());
  double before = HeldBytes();
  Router router;
  {
    const absl::StatusOr<Compiled> compiled = Compile(w.rows(), {});
    if (!compiled.ok() || !router.Publish(compiled->table).ok()) return false;
  }
  const double ours = HeldBytes() - before;
  before = HeldBytes();
  const std::shared_ptr<const OrdinaryTable> ordinary = OrdinaryTable::Build(w.rows());
  const double theirs = HeldBytes() - before;
  before = HeldBytes();
  GatewayRouter gateway;
  gateway.Rebuild(w.rows());
  const double gateways = HeldBytes() - before;
  std::printf("%-17s %10.0f %10.2f %10.2f %10.1f %10.1f %8.1f\n", NameOf(size), abilities,
              SaidBytes(router) / abilities, ours / abilities, theirs / abilities, gateways / abilities,
              w.mean_name_bytes());
  return true;
}

}  // namespace
}  // namespace pointsman::bench

int main(int argc, char** argv) {
  using namespace pointsman::bench;
  std::printf("bytes for each ability\n%-17s %10s %10s %10s %10s %10s %8s\n", "workload", "abilities", "says", "heap",
              "ordinary", "gateway", "names");
  bool fine = Report(Size::kTiny) && Report(Size::kSmall) && Report(Size::kWide);
  const bool all = argc > 1 && std::strcmp(argv[1], "--small") == 0 ? false : true;
  if (all) fine = fine && Report(Size::kTypical) && Report(Size::kTypicalDistinct);
  if (argc > 1 && std::strcmp(argv[1], "--huge") == 0) fine = fine && Report(Size::kHuge);
  return fine ? 0 : 1;
}
