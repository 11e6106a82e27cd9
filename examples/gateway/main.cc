// gateway --from SOURCE [options]: a small gateway around pointsman. What it does is in README.md beside this file.
#include <charconv>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

#include "end_signals.h"
#include "gateway.h"

namespace {

constexpr int kBadUsage = 2;

constexpr const char* kUsage =
    "usage: gateway --from SOURCE [options]\n"
    "  --from SOURCE          a SQLite file or postgresql://… with the gateway's tables\n"
    "  --policy FILE          how empty groups, fallbacks and retries are meant\n"
    "  --listen URL           PostgreSQL: hear of changes at once (see pointsman triggers)\n"
    "  --refresh-ms N         ask for changes every N milliseconds (5000)\n"
    "  --caller-cache-ms N    count a token as it was so long; 0: look it up each time (1000)\n"
    "  --host ADDRESS         where to listen (127.0.0.1)\n"
    "  --port N               0: any (8080)\n"
    "  --threads N            connections that are served at a time (256)\n"
    "  --max-body BYTES       of a request (16777216)\n"
    "  --silence-ms N         how long an upstream may say nothing (120000)\n"
    "  --fixed-upstream URL   no routing: everything goes there\n"
    "POINTSMAN_OPERATOR_TOKEN in the environment is the token for /admin/*, /metrics and the page at /.\n";

int Refuse(const std::string& message) {
  std::cerr << "gateway: " << message << "\n";
  return kBadUsage;
}

bool ParseNumber(std::string_view text, long least, long most, long& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= least && number <= most;
}

// Empty, or what is wrong.
std::string Parse(int argc, char** argv, gateway::Options& options) {
  const std::map<std::string_view, std::string*> texts = {{"--from", &options.source},
                                                          {"--policy", &options.policy_file},
                                                          {"--listen", &options.listen_url},
                                                          {"--host", &options.host},
                                                          {"--fixed-upstream", &options.fixed_upstream}};
  struct Number {
    long least, most;
    std::function<void(long)> set;
  };
  const std::map<std::string_view, Number> numbers = {
      {"--refresh-ms", {10, 86'400'000, [&](long n) { options.refresh = std::chrono::milliseconds(n); }}},
      {"--caller-cache-ms", {0, 3'600'000, [&](long n) { options.caller_cache = std::chrono::milliseconds(n); }}},
      {"--port", {0, 65535, [&](long n) { options.port = static_cast<int>(n); }}},
      {"--threads", {1, 400, [&](long n) { options.listener.threads = static_cast<std::size_t>(n); }}},
      {"--max-body", {1, 1L << 30, [&](long n) { options.listener.max_body_bytes = static_cast<std::size_t>(n); }}},
      {"--silence-ms", {1, 86'400'000, [&](long n) { options.upstream.silence = std::chrono::milliseconds(n); }}}};
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) return std::string(name) + " needs a value";
    const std::string_view value = argv[i + 1];
    if (const auto text = texts.find(name); text != texts.end()) {
      *text->second = value;
    } else if (const auto number = numbers.find(name); number != numbers.end()) {
      long parsed = 0;
      if (!ParseNumber(value, number->second.least, number->second.most, parsed)) {
        return std::string(name) + " is a number from " + std::to_string(number->second.least) + " to " +
               std::to_string(number->second.most);
      }
      number->second.set(parsed);
    } else {
      return "unknown option " + std::string(name);
    }
  }
  return options.source.empty() ? "--from is missing" : "";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::cout << kUsage;
    return 0;
  }
  gateway::Options options;
  options.port = 8080;
  if (const std::string problem = Parse(argc, argv, options); !problem.empty()) {
    return Refuse(problem + "\n" + kUsage);
  }
  if (const char* const token = std::getenv("POINTSMAN_OPERATOR_TOKEN"); token != nullptr) {
    options.operators_token = token;
  }
  options.log = [](const std::string& line) { std::cerr << "gateway: " + line + "\n"; };

  const gateway::EndSignals ends;
  const auto started = gateway::Gateway::Start(options);
  if (!started.ok()) return Refuse(std::string(started.status().message()));
  std::cout << "listening on http://" << options.host << ":" << (*started)->port() << std::endl;
  ends.Wait();
  return 0;
}
