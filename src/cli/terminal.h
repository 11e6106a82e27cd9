// What the command line says to people: exit codes, progress, bars.
#ifndef POINTSMAN_SRC_CLI_TERMINAL_H_
#define POINTSMAN_SRC_CLI_TERMINAL_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace pointsman::cli {

enum ExitCode : int {
  kFine = 0,
  kAnswerIsNo = 1,  // no route, findings
  kBadUsage = 2,    // bad usage or an unreadable source
  kRefused = 3,     // refused or rolled back
};

// An error that ends the command: printed on stderr, then `code` is returned.
struct Failure {
  ExitCode code = kBadUsage;
  std::string message;
};
[[noreturn]] void Fail(const absl::Status& status, ExitCode code = kBadUsage);
[[noreturn]] void Fail(std::string message, ExitCode code = kBadUsage);

std::string MessageOf(const absl::Status& status);

// Counts rows on stderr while they are loaded, if stderr is a terminal and it takes longer than a moment.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void Step() {
    if (shown_ && (++rows_ & 0xfff) == 0) Show();
  }

 private:
  void Show();

  const bool shown_;
  const std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point next_;
  std::uint64_t rows_ = 0;
  bool drawn_ = false;
};

// `fraction` of `width` cells, filled from the left: "█████▌    ".
std::string Bar(double fraction, int width);

// "12.3 %".
std::string Percent(double fraction);

// `text` filled up with blanks to `width` characters (not bytes).
std::string PadRight(std::string_view text, std::size_t width);
std::string PadLeft(std::string_view text, std::size_t width);

// A file's or database's name as one line has it: escaped, and cut where it is very long.
std::string ShownPath(std::string_view path);

// Asks on the terminal; false where there is none, or for any answer but y or yes.
bool Confirm(const std::string& question);
bool CanAsk();

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_TERMINAL_H_
