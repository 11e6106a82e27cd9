// instruction_probe WHO CALLS [SEED]: that many selections of one hot pair, to be counted from outside (callgrind). WHO
// is select, short (select with short names), handles, ordinary, gateway or empty (the loop alone). The table is small:
// its size changes no instruction. SEED is for the hash of our names, which decides how many others a name meets on its
// way.
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "harness/optional_api.h"
#include "harness/selects.h"
#include "opponents/gateway_algorithm.h"
#include "opponents/ordinary.h"
#include "pointsman/compile.h"
#include "table/name_table.h"
#include "workloads/workload.h"

namespace pointsman::bench {
namespace {

template <class R>
bool RunHandles(const R& router, const Workload& w, std::size_t calls) {
  if constexpr (HasHandles<R>) {
    const auto group = router.FindGroup(w.group(w.hot_key()));
    const auto model = router.FindModel(w.model(w.hot_key()));
    if (!group || !model) return false;
    for (; calls > 0; --calls) Keep(router.Select(*group, *model).channel_id());
    return true;
  }
  return false;
}

bool RunOurs(std::string_view who, const Workload& w, std::size_t calls) {
  const absl::StatusOr<Compiled> compiled = Compile(w.rows(), {});
  Router router;
  if (!compiled.ok() || !router.Publish(compiled->table).ok()) return false;
  if (who == "handles") return RunHandles(router, w, calls);
  HotKey(Ours(router), w)(calls);
  return true;
}

bool Run(std::string_view who, std::size_t calls) {
  const Workload w(who == "short" ? SmallShortNames() : Small());
  if (who == "select" || who == "short" || who == "handles") return RunOurs(who, w, calls);
  if (who == "ordinary") {
    OrdinaryRouter router;
    router.Publish(OrdinaryTable::Build(w.rows()));
    HotKey(Theirs(router), w)(calls);
    return true;
  }
  if (who == "gateway") {
    GatewayRouter router;
    router.Rebuild(w.rows());
    HotKey(Theirs(router), w)(calls);
    return true;
  }
  if (who != "empty") return false;
  HotKey([](std::string_view group, std::string_view model) { return group.size() + model.size(); }, w)(calls);
  return true;
}

}  // namespace
}  // namespace pointsman::bench

int main(int argc, char** argv) {
  if (argc == 4) pointsman::FixProcessSeed(std::strtoul(argv[3], nullptr, 10));
  if ((argc == 3 || argc == 4) && pointsman::bench::Run(argv[1], std::strtoul(argv[2], nullptr, 10))) return 0;
  std::cerr << "usage: instruction_probe select|short|handles|ordinary|gateway|empty CALLS [SEED]\n";
  return 2;
}
