// Two readers (or more) and a publisher, in windows: what the readers' calls cost while tables are replaced.
//
//   DuelSide ours{.read = …, .publish = …};
//   PairedResult r = MeasurePublishing(ours, theirs, {.publishes_per_second = 1000});
//
// Here a reader's time is the wall's, waiting included, and a window counts although the publisher interrupted it: that
// is what is measured. It is discarded if the system took the processor away more often than there were publishes, or
// if a reader that did not wait had no processor for a fifth of the time: two readers that take turns show nothing.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_BENCHMARKS_HARNESS_PUBLISHING_H_
#define POINTSMAN_BENCHMARKS_HARNESS_PUBLISHING_H_

#include <chrono>
#include <cstddef>
#include <functional>

#include "harness/paired.h"

namespace pointsman::bench {

struct DuelSide {
  Batch read;                            // called on each reader's own thread
  std::function<void()> publish;         // called on the publisher's thread
  std::size_t publishes_per_second = 0;  // 0: there is no publisher
};

struct PublishingOptions {
  std::size_t readers = 2;
  std::chrono::microseconds window{5000};
  std::size_t pairs = 41;
};

struct PublishingResult {
  PairedResult paired;
  double ours_publishes_per_second = 0;  // as it came out
  double theirs_publishes_per_second = 0;
};

PublishingResult MeasurePublishing(const DuelSide& ours, const DuelSide& theirs, const PublishingOptions& options = {});

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_HARNESS_PUBLISHING_H_
