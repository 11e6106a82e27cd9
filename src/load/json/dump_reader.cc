#include <array>
#include <chrono>
#include <utility>

#include "load/json/decision_json.h"
#include "load/json/dump_document.h"
#include "load/json/json_file.h"
#include "load/json/policy_reader.h"
#include "pointsman/compile.h"
#include "pointsman/load/dump.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

using Value = PolicyValue;

constexpr std::array kBelieved = {RowSource::kChannels, RowSource::kAbilities};

// What stands beside the tables, member by member.
class DumpReader {
 public:
  DumpReader(DumpDocument& document, PolicyText& text, std::span<const ModelNormalizer> normalizers)
      : document_(document), text_(text), normalizers_(normalizers), loaded_{.rows = std::move(document.rows())} {}

  absl::Status Read() {
    const std::array steps = {&DumpReader::ReadHead, &DumpReader::ReadTable, &DumpReader::ReadState};
    for (const auto step : steps) {
      if (absl::Status status = (this->*step)(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  LoadedDump Take() { return std::move(loaded_); }

 private:
  Value Member(std::string_view name) { return {document_.member(name), "$." + std::string(name), text_}; }

  absl::Status ReadHead() {
    if (absl::Status s = Member("library").ReadText(loaded_.library, "a version"); !s.ok()) return s;
    if (absl::Status s = Member("generation").ReadUnsigned(loaded_.dump.generation); !s.ok()) return s;
    return Member("groups").ReadList("a list of groups", [&](const Value& item) {
      std::string group;
      if (absl::Status s = item.ReadText(group, "the name of a group in double quotes"); !s.ok()) return s;
      if (IsBlank(group) || group.size() > kMaxNameBytes) {
        return item.Error("is " + Quoted(group) + ", which no group is called; write it anew");
      }
      loaded_.rows.KnowGroup(group);
      return absl::OkStatus();
    });
  }

  absl::Status ReadTable() {
    RowSource believed = RowSource::kChannels;
    if (absl::Status s = Member("believed").ReadChoice(kBelieved, RowSourceName, believed); !s.ok()) return s;
    if (believed == RowSource::kAbilities) loaded_.rows.BelieveAbilities();
    const absl::StatusOr<Policy> policy = ReadPolicy(Member("policy"), normalizers_);
    if (!policy.ok()) return policy.status();
    absl::StatusOr<Compiled> compiled = Compile(loaded_.rows, *policy);
    if (!compiled.ok()) return compiled.status();
    if (!compiled->report.rejections.empty()) {
      return absl::InvalidArgumentError(compiled->report.rejections.front().Text());
    }
    loaded_.dump.table = std::move(compiled->table);
    return CheckHash();
  }

  absl::Status CheckHash() {
    const Value member = Member("content_hash");
    std::string stated;
    if (absl::Status s = member.ReadText(stated, "a hash"); !s.ok()) return s;
    const std::string& made = loaded_.dump.table->content_hash();
    if (stated == made) return absl::OkStatus();
    return member.Error("is a lie: the dump says " + Printable(stated) + " but its rows make " + made +
                        "; write it anew: it was changed after it was written");
  }

  absl::Status ReadState() {
    absl::Status out = Member("out").ReadList(
        "a list of channels", [&](const Value& item) { return ReadKnownOut(item, loaded_.dump.out.emplace_back()); });
    if (!out.ok()) return out;
    return Member("decisions").ReadList("a list of decisions", [&](const Value& item) {
      return ReadDecision(item, loaded_.dump.decisions.emplace_back());
    });
  }

  absl::Status ReadKnownOut(const Value& value, OutChannel& out) {
    if (absl::Status read = ReadOut(value, out); !read.ok()) return read;
    if (loaded_.dump.table->FindChannel(out.channel_id).has_value()) return absl::OkStatus();
    return value.Error("names channel " + std::to_string(out.channel_id) +
                       ", which the tables do not have; write it anew");
  }

  DumpDocument& document_;
  PolicyText& text_;
  std::span<const ModelNormalizer> normalizers_;
  LoadedDump loaded_;
};

absl::StatusOr<LoadedDump> Parse(std::string_view text, const std::string& name,
                                 std::span<const ModelNormalizer> normalizers, const Wanted& wanted) {
  if (constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf"; text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  DumpDocument document(name, wanted);
  if (absl::Status status = ReadJson(text, name, document); !status.ok()) return status;
  JsonCursor end(text, name);
  end.MoveTo(text.find_last_not_of(" \t\r\n") + 1);
  if (absl::Status status = document.CheckMembers(end); !status.ok()) return status;
  PolicyText places{.text = text, .name = name, .places = {}};
  DumpReader reader(document, places, normalizers);
  if (absl::Status status = reader.Read(); !status.ok()) return status;
  return reader.Take();
}

}  // namespace

absl::StatusOr<LoadedDump> ParseDump(std::string_view text, const std::string& name,
                                     std::span<const ModelNormalizer> normalizers) {
  return Parse(text, name, normalizers, {});
}

absl::StatusOr<LoadedDump> ReadDumpFile(const std::string& path, std::span<const ModelNormalizer> normalizers) {
  const absl::StatusOr<std::string> text = ReadJsonFile(path, std::chrono::steady_clock::time_point::max());
  if (!text.ok()) return text.status();
  return ParseDump(*text, path, normalizers);
}

absl::Status DumpLoader::Load(RowSink& sink, const Wanted& wanted) {
  std::string read;
  if (is_file_) {
    absl::StatusOr<std::string> text = ReadJsonFile(name_, wanted.deadline);
    if (!text.ok()) return text.status();
    read = *std::move(text);
  }
  const absl::StatusOr<LoadedDump> loaded = Parse(is_file_ ? read : text_, name_, {}, {.deadline = wanted.deadline});
  return loaded.ok() ? RowsLoader(loaded->rows).Load(sink, wanted) : loaded.status();
}

}  // namespace pointsman::inline v0
