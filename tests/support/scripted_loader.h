// ScriptedLoader: a host's own loader, which does whatever the test wants.
#ifndef POINTSMAN_TESTS_SUPPORT_SCRIPTED_LOADER_H_
#define POINTSMAN_TESTS_SUPPORT_SCRIPTED_LOADER_H_

#include <functional>
#include <utility>
#include <vector>

#include "pointsman/loader.h"

namespace pointsman::testing {

class ScriptedLoader final : public Loader {
 public:
  using Script = std::function<absl::Status(RowSink&, const Wanted&)>;
  explicit ScriptedLoader(Script script) : script_(std::move(script)) {}
  absl::Status Load(RowSink& sink, const Wanted& wanted) override { return script_(sink, wanted); }

 private:
  Script script_;
};

inline absl::Status AddAll(RowSink& sink, const std::vector<ChannelRow>& rows) {
  for (const ChannelRow& row : rows) {
    if (!sink.Add(row)) return absl::CancelledError("stopped");
  }
  return absl::OkStatus();
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_SCRIPTED_LOADER_H_
