// RunProgram: a command as a user would give it, with its exit code, stdout and stderr. No shell is involved. One that
// hangs is ended after kMostSeconds, and one whose test has died at once.
#ifndef POINTSMAN_TESTS_SUPPORT_RUN_PROGRAM_H_
#define POINTSMAN_TESTS_SUPPORT_RUN_PROGRAM_H_

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "support/files.h"

namespace pointsman::testing {

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

inline constexpr unsigned kMostSeconds = 300;

// In a child, before it becomes a program: it does not outlive its test.
inline void EndWithTheTest(pid_t test) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != test) _exit(127);  // it has died meanwhile
}

inline Outcome RunProgram(const std::vector<std::string>& command) {
  const TempFolder folder;
  const std::string out = folder / "out";
  const std::string err = folder / "err";
  const pid_t test = getpid();
  const pid_t child = fork();
  if (child == 0) {
    EndWithTheTest(test);
    alarm(kMostSeconds);  // the program inherits it
    const auto redirect = [](const std::string& path, int flags, int to) { dup2(open(path.c_str(), flags, 0600), to); };
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect(out, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    redirect(err, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = ReadText(out),
          .err = ReadText(err)};
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_RUN_PROGRAM_H_
