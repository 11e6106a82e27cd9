#include <ctime>
#include <iostream>
#include <string>

#include "cli/watch_output.h"
#include "text/printable.h"

namespace pointsman::cli {

std::string UtcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text, size};
}

void PrintWatchEvent(const WatchEvent& event) {
  if (event.document != nullptr) std::cout << "\n";
  std::cout << UtcNow() << " " << event.event << ": " << PlainLine(event.message, 2000) << "\n";
  if (event.document != nullptr) PrintDiff(*event.document);
}

}  // namespace pointsman::cli
