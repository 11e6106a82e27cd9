#include <array>
#include <cstdio>
#include <string>

#include "harness/publishing.h"
#include "harness/selects.h"
#include "ratios/rows.h"

namespace pointsman::bench {
namespace {

constexpr std::size_t kPublishesPerSecond = 1000;

std::string Rates(const PublishingResult& r) {
  return std::to_string(static_cast<int>(r.ours_publishes_per_second)) + " and " +
         std::to_string(static_cast<int>(r.theirs_publishes_per_second)) + " publishes a second";
}

}  // namespace

void MeasurePublishes(RatioTable& table, const Workload& w) {
  std::fprintf(stderr, "two readers and a publisher\n");
  Router router;
  OrdinaryRouter ordinary;
  const std::array ours = {CompileOrDie(w.rows()).table, CompileOrDie(w.rows()).table};
  const std::array theirs = {OrdinaryTable::Build(w.rows()), OrdinaryTable::Build(w.rows())};
  PublishOrDie(router, ours[0]);
  ordinary.Publish(theirs[0]);

  const DuelSide quiet = {.read = HotKey(Ours(router), w), .publish = [] {}};
  std::size_t turn = 0;
  DuelSide busy = quiet;
  busy.publish = [&] { PublishOrDie(router, ours[++turn % 2]); };
  busy.publishes_per_second = kPublishesPerSecond;
  const DuelSide opponent = {.read = HotKey(Theirs(ordinary), w),
                             .publish = [&] { ordinary.Publish(theirs[++turn % 2]); },
                             .publishes_per_second = kPublishesPerSecond};

  const PublishingResult duel = MeasurePublishing(busy, opponent);
  table.Set("publish_vs_ordinary_2t", duel.paired, Rates(duel));
  const PublishingResult disturbance = MeasurePublishing(quiet, busy);
  table.Set("publish_disturbance", disturbance.paired, Rates(disturbance));
}

}  // namespace pointsman::bench
