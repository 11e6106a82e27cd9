// fake_upstreams [PORT]: the vendors of ./dev gateway.
#include <signal.h>

#include <cstdlib>
#include <iostream>

#include "fake_upstreams.h"

int main(int argc, char** argv) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  signal(SIGPIPE, SIG_IGN);
  gateway::FakeUpstreams upstreams(512);  // two gateways keep 200 connections each while they are measured
  upstreams.set_pause(std::chrono::milliseconds(150));
  const absl::StatusOr<int> port = upstreams.Start(argc > 1 ? std::atoi(argv[1]) : 0);
  if (!port.ok()) {
    std::cerr << "fake_upstreams: " << port.status().message() << "\n";
    return 2;
  }
  std::cout << "upstreams on http://127.0.0.1:" << *port << std::endl;
  int ended_by = 0;
  sigwait(&ends, &ended_by);
  return 0;
}
