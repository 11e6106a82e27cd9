// fake_upstreams [PORT]: the vendors of ./dev gateway.
#include <cstdlib>
#include <iostream>

#include "end_signals.h"
#include "fake_upstreams.h"

int main(int argc, char** argv) {
  const gateway::EndSignals ends;
  gateway::FakeUpstreams upstreams(512);  // two gateways keep 200 connections each while they are measured
  upstreams.set_pause(std::chrono::milliseconds(150));
  const absl::StatusOr<int> port = upstreams.Start(argc > 1 ? std::atoi(argv[1]) : 0);
  if (!port.ok()) {
    std::cerr << "fake_upstreams: " << port.status().message() << "\n";
    return 2;
  }
  std::cout << "upstreams on http://127.0.0.1:" << *port << std::endl;
  ends.Wait();
  return 0;
}
