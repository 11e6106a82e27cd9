// Dumps and decisions as JSON text. Component `json`, target pointsman::json.
//
//   file << pointsman::DumpToJson(router.Dump());                             // in the gateway
//
//   absl::StatusOr<pointsman::LoadedDump> loaded = pointsman::ReadDumpFile("node-3.json");       // anywhere else
//   pointsman::Explain(*loaded->dump.table, request);
//
// A dump is one object. It begins with "pointsman_dump", the number of its format; all of these are there:
//
//   {"pointsman_dump": 1, "library": "0.1.0", "generation": 7,
//    "content_hash": "v1:5f1d…",                  // what the rows below must compile to
//    "policy": {…},                               // as PolicyToJson writes it
//    "groups": ["trial"],                         // that are known, though no row names them
//    "believed": "channels",                      // or "abilities"
//    "tables": {"channels": [{"id": 8, "name": "Bltcy", "type": 55, "status": 1, "tag": "", "cookie": 0,
//                             "group": "default", "models": "pika,runway", "priority": 0, "weight": 1}],
//               "abilities": []},                 // as in load/json.h, and a channel's cookie
//    "out": [{"channel_id": 8, "reason": "switched_off"},           // a "model": out for that one alone
//            {"channel_id": 9, "reason": "cooling_down", "model": "pika"},
//            {"channel_id": 10, "reason": "slow_start", "level": 32}],  // of 64: how much of its weight counts
//    "decisions": [{…}]}                          // as DecisionToJson writes them
//
// Names hold any bytes, JSON text does not: a byte 0x80 + b that belongs to no valid UTF-8 is written as the character
// U+10FF80 + b, from the end of the last private plane; a name that holds one of these itself has each of its bytes
// written so. Reading gives the bytes back.
//
// A dump that is cut, malformed or not what it says is InvalidArgument "node-3.json:41:17: …; <cure>": also when a row
// would be rejected, and when the rows do not make the content hash that it states.
//
// Thread safety: thread-safe (pure functions). Cost: one pass and a Compile; about 150 bytes of text a candidate.
// Limits: those of load/json.h; kMaxJsonNodes, 1,000,000, values beside the tables.
#ifndef POINTSMAN_LOAD_DUMP_H_
#define POINTSMAN_LOAD_DUMP_H_

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pointsman/decision.h"
#include "pointsman/dump.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/model_rules.h"

namespace pointsman::inline v0 {

// REQUIRES: the table is not null, and its policy is valid.
POINTSMAN_EXPORT std::string DumpToJson(const RouterDump& dump);

struct LoadedDump {
  std::string library;  // the version that wrote it
  Rows rows;            // for a Compile under another policy, and for the doctor
  RouterDump dump;      // as it was written; its table is compiled anew, to the same content hash
};

// `name` stands for the file in messages; `normalizers` are the host's own, by the names that the policy gives them.
POINTSMAN_EXPORT absl::StatusOr<LoadedDump> ParseDump(std::string_view text, const std::string& name = "dump",
                                                      std::span<const ModelNormalizer> normalizers = {});
// And NotFound or PermissionDenied for the file.
POINTSMAN_EXPORT absl::StatusOr<LoadedDump> ReadDumpFile(const std::string& path,
                                                         std::span<const ModelNormalizer> normalizers = {});

// The rows of a dump, for whatever takes a Loader. The policy is the host's own, as with any other source.
//
// Thread safety: thread-compatible.
class POINTSMAN_EXPORT DumpLoader final : public Loader {
 public:
  // Reads the file at each Load.
  static DumpLoader File(std::string path) { return {std::move(path), std::string(), true}; }
  // Reads from `text`, which is kept; `name` stands for the file in messages.
  static DumpLoader Text(std::string text, std::string name = "dump") {
    return {std::move(name), std::move(text), false};
  }

  absl::Status Load(RowSink& sink, const Wanted& wanted) override;
  std::string source() const override { return name_; }

 private:
  DumpLoader(std::string name, std::string text, bool is_file)
      : name_(std::move(name)), text_(std::move(text)), is_file_(is_file) {}
  std::string name_;
  std::string text_;
  bool is_file_;
};

// One line without its end.
//
//   {"pointsman_decision": 1, "content_hash": "v1:5f1d…", "generation": 7,
//    "request": {"group": "vip", "user_group": "", "model": "gpt-4o",
//                "allowed_groups": ["vip"], "ordered_groups": ["vip"],
//                "stay_in_group": true, "pin": 8, "affinity": 7},                 // these where the request has them
//    "attempts": {"room": 16, "made": "1 3:0:9f86d081884c7d65"},                     // Attempts::Text; on a walk only
//    "out": [{"channel_id": 9, "reason": "cooling_down"},                            // as in a dump
//            {"channel_id": 11, "reason": "slow_start", "level": 32}],
//    "refusing": ["vip"],                                                            // where there are such only
//    "filter": [{"channel_id": 8, "priority": 0, "group": "vip", "model": "gpt-4o", "code": 0}],     // with one only
//    "words": [4611686018427387904],
//    "answer": {"reason": "kNone", "channel_id": 8, "priority": 0, "group": "vip", "key": 1},     // of several only
//    "rejected": [{"channel_id": 3, "priority": 0, "group": "vip", "model": "gpt-4o", "weight": 1, "why": "tried",
//                  "code": 0}]}
POINTSMAN_EXPORT std::string DecisionToJson(const DecisionRecord& record);
// InvalidArgument with place and cure, as for dumps.
POINTSMAN_EXPORT absl::StatusOr<DecisionRecord> ParseDecision(std::string_view text,
                                                              std::string_view name = "decision");

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_LOAD_DUMP_H_
