#include "pointsman/doctor.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "doctor/changed_rows.h"
#include "doctor/checks.h"
#include "doctor/evidence.h"
#include "doctor/wording.h"
#include "rows/name_hash.h"
#include "text/nearest.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

struct Check {
  std::string_view code;
  void (*run)(const Evidence& evidence, Findings& findings);
};

// In byte order of the codes.
constexpr std::array<Check, 37> kChecks = {{
    {"ability-disagrees", &CheckAbilityDisagrees},
    {"ability-orphan", &CheckAbilityOrphan},
    {"auto-groups-empty", &CheckAutoGroupsEmpty},
    {"channel-disabled-long", &CheckChannelDisabledLong},
    {"channel-group-cut", &CheckChannelGroupCut},
    {"channel-info-malformed", &CheckChannelInfoMalformed},
    {"channel-keys-disabled", &CheckChannelKeysDisabled},
    {"channel-serves-nothing", &CheckChannelServesNothing},
    {"channel-without-abilities", &CheckChannelWithoutAbilities},
    {"group-not-in-ratio", &CheckGroupNotInRatio},
    {"list-untidy", &CheckListUntidy},
    {"model-mapping-cycle", &CheckModelMappingCycle},
    {"model-mapping-malformed", &CheckModelMappingMalformed},
    {"model-mapping-unlisted", &CheckModelMappingUnlisted},
    {"model-unserved", &CheckModelUnserved},
    {"name-near-duplicate", &CheckNameNearDuplicate},
    {"nothing-served", &CheckNothingServed},
    {"option-group-unserved", &CheckOptionGroupUnserved},
    {"policy-group-unknown", &CheckPolicyGroupUnknown},
    {"policy-name-hides-group", &CheckPolicyNameHidesGroup},
    {"primary-key-missing", &CheckPrimaryKeyMissing},
    {"primary-key-repeated", &CheckPrimaryKeyRepeated},
    {"priority-null", &CheckPriorityNull},
    {"row-rejected", &CheckRowRejected},
    {"sequence-behind", &CheckSequenceBehind},
    {"tier-all-zero", &CheckTierAllZero},
    {"tier-weight-overflow", &CheckTierWeightOverflow},
    {"token-auto-groups-unserved", &CheckTokenAutoGroupsUnserved},
    {"token-empty-group", &CheckTokenEmptyGroup},
    {"token-group-default", &CheckTokenGroupDefault},
    {"token-group-not-usable", &CheckTokenGroupNotUsable},
    {"token-group-unserved", &CheckTokenGroupUnserved},
    {"token-limits-empty", &CheckTokenLimitsEmpty},
    {"token-limits-unserved", &CheckTokenLimitsUnserved},
    {"token-owner-gone", &CheckTokenOwnerGone},
    {"user-group-unserved", &CheckUserGroupUnserved},
    {"weight-zero-beside-others", &CheckWeightZeroBesideOthers},
}};

absl::Status JudgeCodes(const std::vector<std::string>& codes) {
  const std::vector<std::string_view> known = FindingCodes();
  for (const std::string& code : codes) {
    if (std::find(known.begin(), known.end(), code) != known.end()) continue;
    return absl::InvalidArgumentError("unknown finding code " + Quoted(code) + DidYouMean(code, known) +
                                      "; known are " + JoinNames(known));
  }
  return absl::OkStatus();
}

bool IsAsked(std::string_view code, const std::vector<std::string>& only) {
  return only.empty() || std::find(only.begin(), only.end(), code) != only.end();
}

// What would change one row and change several is left to a human.
void LeaveRepeatedRows(const Rows& rows, Finding& finding) {
  if (finding.changes.empty()) return;
  const std::vector<bool> repeats = OfRepeatedRows(rows, finding.changes);
  const auto left = static_cast<std::size_t>(std::count(repeats.begin(), repeats.end(), true));
  if (left == 0) return;
  std::vector<RowChange> kept;
  for (std::size_t i = 0; i < repeats.size(); ++i) {
    if (!repeats[i]) kept.push_back(std::move(finding.changes[i]));
  }
  finding.changes = std::move(kept);
  if (finding.changes.empty() && finding.statements.empty()) finding.cure = CureClass::kAdvice;
  finding.advice +=
      (finding.advice.empty() ? "" : ". ") + Amount(left, "change is", "changes are") +
      " left out, since the key of the row is there more than once: delete all but one of these rows first";
}

ExaminationSummary Summarise(const Evidence& evidence) {
  const Rows& rows = evidence.rows();
  ExaminationSummary summary{
      .users = rows.users().size(), .channels = rows.channels().size(), .abilities = rows.abilities().size()};
  for (const TokenRow& row : rows.tokens()) {
    if (IsEnabled(row)) ++summary.tokens;
    if (HasEmptyGroup(row)) ++summary.empty_group_tokens;
  }
  for (const ChannelRow& row : rows.channels()) {
    if (IsEnabled(row)) ++summary.enabled_channels;
  }
  absl::flat_hash_set<std::string_view, NameHash, NameEqual> models;
  for (const std::string_view group : evidence.table().groups()) {
    const std::span<const std::string_view> served = evidence.ServedModels(group);
    if (!served.empty()) ++summary.groups;
    models.insert(served.begin(), served.end());
  }
  summary.models = models.size();
  return summary;
}

}  // namespace

std::vector<std::string_view> FindingCodes() {
  std::vector<std::string_view> codes;
  codes.reserve(std::size(kChecks));
  for (const Check& check : kChecks) codes.push_back(check.code);
  return codes;
}

absl::StatusOr<Examination> Examine(Loader& loader, const DoctorOptions& options) {
  Rows rows(loader.source());
  if (absl::Status loaded = loader.Load(rows, Wanted::Everything()); !loaded.ok()) return loaded;
  return Examine(rows, options);
}

absl::StatusOr<Examination> Examine(const Rows& rows, const DoctorOptions& options) {
  if (absl::Status known = JudgeCodes(options.only); !known.ok()) return known;
  const absl::StatusOr<Evidence> evidence = Evidence::Gather(rows, options);
  if (!evidence.ok()) return evidence.status();
  Findings findings;  // by code, since the checks are
  for (const Check& check : kChecks) {
    if (IsAsked(check.code, options.only)) check.run(*evidence, findings);
  }
  for (Finding& finding : findings) LeaveRepeatedRows(rows, finding);
  Examination exam{.summary = Summarise(*evidence), .findings = {}};
  for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kInfo}) {
    for (Finding& finding : findings) {
      if (finding.severity == severity) exam.findings.push_back(std::move(finding));
    }
  }
  return exam;
}

}  // namespace pointsman::inline v0
