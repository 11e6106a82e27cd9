// What pointsman watch says: one event after another, for people or as JSON lines.
#ifndef POINTSMAN_SRC_CLI_WATCH_OUTPUT_H_
#define POINTSMAN_SRC_CLI_WATCH_OUTPUT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "cli/diff_output.h"

namespace pointsman::cli {

struct WatchEvent {
  // "start", "change", "held_back", "failed", "recovered", "end".
  std::string event;
  std::string message;                     // for people; in JSON too, where there is one
  std::uint64_t generation = 0;            // that is current now; 0: not said
  const DiffDocument* document = nullptr;  // of a change
};

// "2026-11-23T20:43:12Z".
std::string UtcNow();

void PrintWatchEvent(const WatchEvent& event);
// In diff_json.cc, beside the document that a change contains.
void PrintWatchJson(const WatchEvent& event);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_WATCH_OUTPUT_H_
