#include <algorithm>
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

namespace {

// An event is a line, whatever a source is called.
std::string OneLine(const std::string& message) {
  std::string line = Plain(message, 2000);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

}  // namespace

void PrintWatchEvent(const WatchEvent& event) {
  if (event.document != nullptr) std::cout << "\n";
  std::cout << UtcNow() << " " << event.event << ": " << OneLine(event.message) << "\n";
  if (event.document != nullptr) PrintDiff(*event.document);
}

}  // namespace pointsman::cli
