#include "cli/baseline.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "cli/source.h"
#include "cli/terminal.h"

namespace pointsman::cli {
namespace {

using Json = nlohmann::json;

std::string RowText(std::string_view table, std::string_view key, std::string_view column) {
  std::string text(table);
  return text.append("\n").append(key).append("\n").append(column);
}

Severity SeverityOf(const std::string& name) {
  for (const Severity severity : {Severity::kError, Severity::kWarning}) {
    if (name == SeverityName(severity)) return severity;
  }
  return Severity::kInfo;
}

}  // namespace

std::string FingerprintText(std::uint64_t fingerprint) {
  return absl::StrCat(absl::Hex(fingerprint, absl::kZeroPad16));
}

Baseline Baseline::Read(const std::string& file) {
  const std::string cure = "; write one with: pointsman doctor --from SOURCE --json > " + file;
  if (file != "-" && !std::filesystem::is_regular_file(file)) Fail(file + ": cannot be read" + cure);
  const std::string text = ReadText(file, "baseline");
  Baseline baseline;
  try {
    const Json document = Json::parse(text);
    for (const Json& finding : document.at("findings")) {
      Known& known = baseline.by_code_[finding.at("code").get<std::string>()].emplace_back();
      known.severity = SeverityOf(finding.at("severity").get<std::string>());
      known.count = finding.at("count").get<std::size_t>();
      for (const Json& row : finding.at("where")) {
        known.rows.insert(RowText(row.at("table").get<std::string>(), row.at("key").get<std::string>(),
                                  row.at("column").get<std::string>()));
      }
      const Json fingerprints = finding.value("fingerprints", Json::array());
      for (const Json& fingerprint : fingerprints) known.fingerprints.insert(fingerprint.get<std::string>());
      known.has_all_fingerprints = known.count > 0 && fingerprints.size() == known.count;
    }
  } catch (const Json::exception&) {
    Fail(file + ": no baseline" + cure);
  }
  return baseline;
}

bool Baseline::Covers(const Known& known, const Finding& finding) {
  if (known.severity < finding.severity || known.count < finding.count) return false;
  if (known.has_all_fingerprints && finding.fingerprints.size() == finding.count) {
    return std::all_of(finding.fingerprints.begin(), finding.fingerprints.end(), [&](std::uint64_t fingerprint) {
      return known.fingerprints.contains(FingerprintText(fingerprint));
    });
  }
  if (known.rows.size() < known.count) return true;  // its list was cut, and so may be this one
  return std::all_of(finding.where.begin(), finding.where.end(), [&](const FindingRow& row) {
    return known.rows.contains(RowText(TableName(row.table), row.key, row.column));
  });
}

bool Baseline::Knows(const Finding& finding) const {
  const auto found = by_code_.find(finding.code);
  return found != by_code_.end() && std::any_of(found->second.begin(), found->second.end(),
                                                [&](const Known& known) { return Covers(known, finding); });
}

}  // namespace pointsman::cli
