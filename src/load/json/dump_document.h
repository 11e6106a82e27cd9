// DumpDocument: the events of a dump's text: rows into rows, and everything beside the tables into trees.
//
//   DumpDocument document("node-3.json", deadline);
//   absl::Status status = ReadJson(text, "node-3.json", document);
//   document.member("policy");                               // a tree, with the names' own bytes
//
// Thread safety: thread-compatible. Cost: the rows, one row's text, and the trees.
#ifndef POINTSMAN_SRC_LOAD_JSON_DUMP_DOCUMENT_H_
#define POINTSMAN_SRC_LOAD_JSON_DUMP_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "load/json/json_reader.h"
#include "load/json/json_tree.h"
#include "load/json/row_reader.h"
#include "pointsman/loader.h"

namespace pointsman::inline v0 {

// Rows, where each one counts: the first rejection is kept as an error. Channels take the cookie that was set for them.
class DumpRows final : public RowSink {
 public:
  explicit DumpRows(std::string source) : rows(std::move(source)) {}
  bool Add(const ChannelRow& row) override;
  bool Add(const AbilityRow& row) override { return rows.Add(row); }
  bool Add(const TokenRow&) override { return true; }
  bool Add(const UserRow&) override { return true; }
  bool Add(const OptionRow&) override { return true; }
  void Reject(Rejection rejection) override;

  Rows rows;
  std::uint64_t cookie = 0;
  absl::Status wrong;
};

class DumpDocument final : public JsonEvents {
 public:
  DumpDocument(const std::string& name, const Wanted& wanted);

  absl::Status OnBegin(JsonNest nest, JsonCursor& at) override;
  absl::Status OnKey(std::string_view key, JsonCursor& at) override;
  absl::Status OnScalar(const JsonScalar& value, JsonCursor& at) override;
  absl::Status OnEnd(JsonNest nest, JsonCursor& at) override;

  // InvalidArgument for a member that is missing. REQUIRES: the text was read, and `at` is its cursor.
  absl::Status CheckMembers(const JsonCursor& at) const;
  // REQUIRES: CheckMembers was content.
  const JsonNode& member(std::string_view name) const { return members_.find(name)->second; }
  Rows& rows() { return rows_.rows; }

 private:
  // How many brackets are open in front of a column of a row.
  static constexpr std::size_t kColumns = 4;

  absl::Status BeginMember(std::string_view name, JsonCursor& at);
  absl::Status EndMember(JsonCursor& at);
  JsonEvents& Target() { return in_tables_ ? static_cast<JsonEvents&>(reader_) : *tree_; }

  DumpRows rows_;
  RowReader reader_;
  std::map<std::string, JsonNode, std::less<>> members_;
  std::optional<JsonTreeBuilder> tree_;
  std::string member_;
  std::size_t depth_ = 0;
  bool in_tables_ = false;
  bool at_cookie_ = false;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_DUMP_DOCUMENT_H_
