#include "cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "text/printable.h"

namespace pointsman::cli {
namespace {

constexpr auto kQuietFor = std::chrono::milliseconds(300);
constexpr auto kBetween = std::chrono::milliseconds(100);

std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string Blanks(std::string_view text, std::size_t width) {
  const std::size_t taken = Width(text);
  return std::string(width > taken ? width - taken : 0, ' ');
}

}  // namespace

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

void Fail(const absl::Status& status, ExitCode code) { throw Failure{code, MessageOf(status)}; }
void Fail(std::string message, ExitCode code) { throw Failure{code, std::move(message)}; }

Progress::Progress()
    : shown_(isatty(STDERR_FILENO) == 1), start_(std::chrono::steady_clock::now()), next_(start_ + kQuietFor) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::Show() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kBetween;
  drawn_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  std::fprintf(stderr, "\r\x1b[Kloading: %llu rows, %.0f a second", static_cast<unsigned long long>(rows_),
               static_cast<double>(rows_) / seconds);
  std::fflush(stderr);
}

std::string Bar(double fraction, int width) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(std::lround(std::clamp(fraction, 0.0, 1.0) * width * 8));
  std::string bar;
  for (int i = 0; i < eighths / 8; ++i) bar += "█";
  bar += kEighths[eighths % 8];
  return bar + Blanks(bar, static_cast<std::size_t>(width));
}

std::string Percent(double fraction) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.2f %%", fraction * 100.0);
  return buffer;
}

std::string PadRight(std::string_view text, std::size_t width) { return std::string(text) + Blanks(text, width); }
std::string PadLeft(std::string_view text, std::size_t width) { return Blanks(text, width) + std::string(text); }

std::string ShownPath(std::string_view path) { return Printable(path, kShownPathBytes); }

bool CanAsk() { return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1; }

bool Confirm(const std::string& question) {
  if (!CanAsk()) return false;
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace pointsman::cli
