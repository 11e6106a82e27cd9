// EndSignals: a program that serves until it is told to end, by SIGINT or SIGTERM.
//
//   EndSignals ends;             // before any thread: they go to none of them
//   …
//   ends.Wait();
#ifndef GATEWAY_END_SIGNALS_H_
#define GATEWAY_END_SIGNALS_H_

#include <signal.h>

namespace gateway {

class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    signal(SIGPIPE, SIG_IGN);  // of connections that the other side has closed
  }
  void Wait() const {
    int which = 0;
    sigwait(&signals_, &which);
  }

 private:
  sigset_t signals_{};
};

}  // namespace gateway

#endif  // GATEWAY_END_SIGNALS_H_
