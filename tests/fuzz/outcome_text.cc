// An upstream's answer: "STATUS RETRY-AFTER\nBODY", where the status is two bytes.
#include <chrono>

#include "fuzz/bodies.h"
#include "pointsman/outcome.h"

namespace pointsman::fuzz {

bool OutcomeText(std::string_view bytes) {
  Choices choices(bytes.substr(0, 2));
  const int status = choices.Byte() * 4 - choices.Byte();
  bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 2));
  const std::size_t line = std::min(bytes.find('\n'), bytes.size());
  const std::string_view retry_after = bytes.substr(0, line);
  const std::string_view body = bytes.substr(std::min(line + 1, bytes.size()));
  const Outcome outcome = ClassifyHttp({.status = status, .retry_after = retry_after, .body = body});
  Demand(!OutcomeKindName(outcome.kind).empty(), "an outcome is one of those that there are");
  Demand((outcome.kind == OutcomeKind::kSuccess) == (status >= 200 && status < 400),
         "2xx and 3xx succeed, nothing else");
  Demand(outcome.kind == OutcomeKind::kTransient || (status >= 200 && status < 500), "5xx and no answer are transient");
  if (outcome.retry_after.has_value()) {
    Demand(outcome.retry_after->count() >= 0 && *outcome.retry_after <= std::chrono::seconds(1'000'000'000),
           "what is asked for is bounded");
    Demand(retry_after.find_first_not_of("0123456789 \t") == retry_after.npos, "only seconds are understood");
  }
  std::string loud(body);
  for (char& c : loud) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  Demand(ClassifyHttp({.status = status, .body = loud}).kind == outcome.kind, "upper and lower case are alike");
  const std::string longer =
      std::string(body.substr(0, 4096)) + std::string(4096 - std::min<std::size_t>(body.size(), 4096), ' ');
  Demand(ClassifyHttp({.status = status, .body = longer + "insufficient_quota"}).kind ==
             ClassifyHttp({.status = status, .body = longer}).kind,
         "the end of a long body says nothing");
  return true;
}

}  // namespace pointsman::fuzz
