// LiveProgram: a command that goes on while the test does, whose stdout is read line by line. It is killed at the end,
// and with the test.
#ifndef POINTSMAN_TESTS_SUPPORT_LIVE_PROGRAM_H_
#define POINTSMAN_TESTS_SUPPORT_LIVE_PROGRAM_H_

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "support/run_program.h"

namespace pointsman::testing {

class LiveProgram {
 public:
  explicit LiveProgram(const std::vector<std::string>& command) {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) ADD_FAILURE() << "no pipe";
    const pid_t test = getpid();
    child_ = fork();
    if (child_ == 0) {
      EndWithTheTest(test);
      dup2(open("/dev/null", O_RDWR), STDERR_FILENO);
      dup2(ends[1], STDOUT_FILENO);
      std::vector<char*> arguments;
      for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(ends[1]);
    out_ = ends[0];
  }
  ~LiveProgram() {
    if (child_ > 0) kill(child_, SIGKILL);
    Wait();
    close(out_);
  }
  LiveProgram(const LiveProgram&) = delete;
  LiveProgram& operator=(const LiveProgram&) = delete;

  // The next line without its end; "" at the end of the output, or after ten seconds, which fails the test.
  std::string Line() {
    for (;;) {
      if (const std::size_t end = read_.find('\n'); end != std::string::npos) {
        std::string line = read_.substr(0, end);
        read_.erase(0, end + 1);
        return line;
      }
      pollfd out{.fd = out_, .events = POLLIN, .revents = 0};
      char bytes[4096];
      const ssize_t count = poll(&out, 1, 10'000) > 0 ? read(out_, bytes, sizeof bytes) : -1;
      if (count < 0) ADD_FAILURE() << "no line in ten seconds; so far: " << read_;
      if (count <= 0) return "";
      read_.append(bytes, static_cast<std::size_t>(count));
    }
  }

  // Nothing once it has ended: -1 would mean every process there is.
  void Signal(int signal) const {
    if (child_ > 0) kill(child_, signal);
  }
  // Its exit code; 128 + the signal that ended it.
  int Wait() {
    if (child_ > 0) {
      int status = 0;
      waitpid(child_, &status, 0);
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    child_ = -1;
    return code_;
  }

 private:
  pid_t child_ = -1;
  int out_ = -1;
  int code_ = -1;
  std::string read_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_LIVE_PROGRAM_H_
