#include "cli/json_output.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/baseline.h"
#include "cli/print_json.h"
#include "cli/terminal.h"

namespace pointsman::cli {
namespace {

using Json = nlohmann::ordered_json;

void Print(const Json& document) { PrintJson(std::cout, document); }

Json HintsOf(const Explanation& why, Language language) {
  Json hints = Json::array();
  for (const Phrase& hint : why.hints) hints.push_back(hint.In(language));
  return hints;
}

// The refusal of a caller comes before any routing, and so before its reason.
std::string_view ReasonOf(const Explanation& why) {
  return why.refusal != CallerRefusal::kNone ? CallerRefusalName(why.refusal) : ReasonName(why.reason);
}

Json CandidateJson(std::int64_t id, std::string_view name, std::uint32_t weight, const Share& share,
                   CandidateStatus status) {
  return {{"channel_id", id},
          {"name", name},
          {"weight", weight},
          {"share", share.value()},
          {"share_exact", share.Text()},
          {"status", CandidateStatusName(status)}};
}

// Why a candidate is out that the rows enable.
std::string_view OutName(const ExplainedCandidate& c) {
  switch (c.out) {
    case Reason::kExhausted:
      if (c.passed_over == PassedOver::kKey) return "another_key_first";
      return RejectedName(c.passed_over == PassedOver::kTier    ? Rejected::kTierTried
                          : c.passed_over == PassedOver::kGroup ? Rejected::kGroupTried
                                                                : Rejected::kTried);
    case Reason::kAllDisabled: return "switched_off";
    case Reason::kAllCoolingDown: return "cooling_down";
    case Reason::kAllAtLimit: return "at_limit";
    case Reason::kAllFiltered: return "filtered";
    case Reason::kFilterFailed: return "filter_failed";
    case Reason::kPinUnusable: return "not_pinned";
    default: return ReasonName(c.out);
  }
}

Json GroupsOf(const Explanation& why) {
  Json groups = Json::array();
  for (const ExplainedGroup& group : why.groups) {
    const bool serves = group.reached && group.reason == Reason::kNone;
    groups.push_back({{"group", group.group},
                      {"allowed", group.allowed},
                      {"reached", group.reached},
                      {"serves", serves},
                      {"reason", group.reason == Reason::kNone ? Json(nullptr) : Json(ReasonName(group.reason))},
                      {"matched_model", group.matched_model ? Json(*group.matched_model) : Json(nullptr)},
                      {"rule", group.matched_model ? Json(MatchRuleName(group.rule)) : Json(nullptr)}});
  }
  return groups;
}

Json TiersOf(const Explanation& why) {
  Json tiers = Json::array();
  for (const ExplainedTier& tier : why.tiers) {
    Json candidates = Json::array();
    for (const ExplainedCandidate& c : tier.candidates) {
      Json candidate = CandidateJson(c.channel_id, c.name, c.weight, c.share, c.status);
      if (c.out != Reason::kNone) candidate["status"] = OutName(c);
      if (c.filter_code != 0) candidate["filter_code"] = c.filter_code;
      candidates.push_back(std::move(candidate));
    }
    tiers.push_back({{"group", tier.group},
                     {"priority", tier.priority},
                     {"balance", BalanceName(tier.balance)},
                     {"candidates", std::move(candidates)}});
  }
  return tiers;
}

Json NearMissesOf(const Explanation& why) {
  Json misses = Json::array();
  for (const NearMiss& miss : why.near_misses) {
    misses.push_back({{"kind", NearMissName(miss.kind)}, {"group", miss.group}, {"model", miss.model}});
  }
  return misses;
}

Json ChainOf(const Explanation& why, Language language) {
  Json chain = Json::array();
  for (const ChainLink& link : why.chain) {
    chain.push_back({{"link", ChainLinkName(link.kind)}, {"holds", link.holds}, {"seen", link.seen.In(language)}});
  }
  return chain;
}

Json OrNull(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

Json RejectionsOf(const BuildReport& report) {
  Json rejections = Json::array();
  for (const Rejection& r : report.rejections) {
    rejections.push_back({{"table", TableName(r.place.table)},
                          {"key", r.place.key},
                          {"column", r.place.column},
                          {"line", r.place.origin.line},
                          {"problem", r.problem},
                          {"cure", r.cure},
                          {"text", r.Text()}});
  }
  return rejections;
}

Json AnswerJson(const RecordedAnswer& a) {
  const bool ok = a.reason == Reason::kNone;
  return {{"ok", ok},
          {"reason", ok ? Json(nullptr) : Json(ReasonName(a.reason))},
          {"channel_id", ok ? Json(a.channel_id) : Json(nullptr)},
          {"priority", a.priority},
          {"group", a.group}};
}

Json RejectedJson(const std::vector<RejectedCandidate>& rejected) {
  Json list = Json::array();
  for (const RejectedCandidate& r : rejected) {
    list.push_back({{"channel_id", r.candidate.channel_id},
                    {"priority", r.candidate.priority},
                    {"group", r.candidate.group},
                    {"model", r.candidate.model},
                    {"weight", r.weight},
                    {"why", RejectedName(r.why)},
                    {"code", r.filter_code}});
  }
  return list;
}

Json SummaryJson(const ExaminationSummary& s) {
  return {{"tokens", s.tokens},
          {"empty_group_tokens", s.empty_group_tokens},
          {"users", s.users},
          {"channels", s.channels},
          {"enabled_channels", s.enabled_channels},
          {"abilities", s.abilities},
          {"groups", s.groups},
          {"models", s.models}};
}

Json WhereJson(const FindingRow& row) {
  return {{"table", TableName(row.table)},
          {"id", row.id ? Json(*row.id) : Json(nullptr)},
          {"key", row.key},
          {"name", row.name},
          {"column", row.column},
          {"value", OrNull(row.value)},
          {"detail", row.detail}};
}

Json CureSql(const Finding& finding, Dialect dialect) {
  Json sql = Json::array();
  for (const RowChange& change : finding.changes) {
    const absl::StatusOr<std::string> statement = RenderSql(change, dialect);
    if (statement.ok()) sql.push_back(*statement);
  }
  for (const std::string& statement : finding.statements) sql.push_back(statement);
  return sql;
}

Json FindingJson(const Finding& f, Dialect dialect) {
  Json where = Json::array();
  for (const FindingRow& row : f.where) where.push_back(WhereJson(row));
  Json fingerprints = Json::array();
  for (const std::uint64_t fingerprint : f.fingerprints) fingerprints.push_back(FingerprintText(fingerprint));
  return {{"code", f.code},
          {"severity", SeverityName(f.severity)},
          {"count", f.count},
          {"where", std::move(where)},
          {"where_total", f.count},
          {"fingerprints", std::move(fingerprints)},
          {"message", f.message},
          {"why", f.why},
          {"failing_routes", f.failing_routes},
          {"cure", CureClassName(f.cure)},
          {"advice", f.advice},
          {"cure_sql", CureSql(f, dialect)}};
}

}  // namespace

void PrintSelectJson(const SelectDocument& d) {
  Json selections = Json::array();
  for (const Tally& t : d.tallies) {
    selections.push_back({{"channel_id", t.channel_id},
                          {"name", t.channel_name},
                          {"count", t.count},
                          {"share", static_cast<double>(t.count) / static_cast<double>(d.requested)},
                          {"exact_share", t.exact.value()},
                          {"exact_share_fraction", t.exact.Text()},
                          {"group", d.group},
                          {"priority", d.priority}});
  }
  Print({{"ok", true}, {"selections", std::move(selections)}, {"requested", d.requested}, {"seed", d.seed}});
}

void PrintWalkJson(const WalkDocument& d) {
  Json walk = Json::array();
  for (const WalkStep& step : d.steps) {
    walk.push_back({{"channel_id", step.channel_id}, {"group", step.group}, {"priority", step.priority}});
  }
  Print({{"ok", true},
         {"walk", std::move(walk)},
         {"ended", d.ended == Reason::kNone ? Json(nullptr) : Json(ReasonName(d.ended))},
         {"seed", d.seed}});
}

void PrintNoRouteJson(const Explanation& why, Language language) {
  Print({{"ok", false}, {"reason", ReasonOf(why)}, {"message", why.Text(language)}, {"hints", HintsOf(why, language)}});
}

void PrintReplayJson(const DecisionRecord& record, const Replay& replay, const RouteTable& table, Language language) {
  Print({{"ok", replay.same()},
         {"same_table", replay.same_table},
         {"same_answer", replay.same_answer},
         {"recorded_hash", record.content_hash},
         {"content_hash", table.content_hash()},
         {"generation", record.generation},
         {"recorded", AnswerJson(record.answer)},
         {"answer", AnswerJson(replay.answer)},
         {"rejected", RejectedJson(replay.rejected)},
         {"message", replay.explanation.Text(language, Audience::kOperator)},
         {"hints", HintsOf(replay.explanation, language)}});
}

void PrintExplainJson(const Explanation& why, Language language) {
  Print({{"ok", why.ok},
         {"reason", why.ok ? Json(nullptr) : Json(ReasonOf(why))},
         {"group",
          {{"requested", why.requested_group},
           {"resolved", OrNull(why.resolved_group)},
           {"empty_group", EmptyGroupName(why.empty_group)},
           {"plan", why.plan},
           {"stay_in_group", why.stay_in_group},
           {"serving", why.serving_group.empty() ? Json(nullptr) : Json(why.serving_group)},
           {"steps", GroupsOf(why)}}},
         {"model",
          {{"requested", why.requested_model},
           {"matched", OrNull(why.matched_model)},
           {"rule", why.matched_model ? Json(MatchRuleName(why.matched_rule)) : Json(nullptr)}}},
         {"attempts", why.attempts},
         {"generation", why.generation},
         {"tiers", TiersOf(why)},
         {"chain", ChainOf(why, language)},
         {"near_misses", NearMissesOf(why)},
         {"hints", HintsOf(why, language)},
         {"message", why.Text(language)}});
}

void PrintCallerJson(const Explanation& why, Language language) {
  Print({{"ok", why.ok},
         {"reason", why.ok ? Json(nullptr) : Json(ReasonOf(why))},
         {"group", {{"requested", why.requested_group}}},
         {"model", {{"requested", why.requested_model}}},
         {"message", why.Text(language)}});
}

void PrintShowJson(const std::vector<RouteInfo>& routes, const BuildReport& report) {
  Json list = Json::array();
  for (const RouteInfo& route : routes) {
    Json tiers = Json::array();
    for (const TierInfo& tier : route.tiers) {
      Json candidates = Json::array();
      for (const CandidateInfo& c : tier.candidates) {
        candidates.push_back(CandidateJson(c.channel_id, c.channel_name, c.weight, c.share, c.status));
      }
      tiers.push_back({{"priority", tier.priority}, {"candidates", std::move(candidates)}});
    }
    list.push_back({{"group", route.group}, {"model", route.model}, {"tiers", std::move(tiers)}});
  }
  Print({{"ok", !routes.empty()},
         {"content_hash", report.content_hash},
         {"believed", RowSourceName(report.believed)},
         {"routes", std::move(list)},
         {"rejections", RejectionsOf(report)}});
}

void PrintDoctorJson(const Examination& e, bool ok, Dialect dialect, const std::optional<Applied>& applied,
                     const std::function<bool(const Finding&)>& is_known) {
  Json findings = Json::array();
  for (const Finding& finding : e.findings) {
    findings.push_back(FindingJson(finding, dialect));
    findings.back()["known"] = is_known(finding);
  }
  Json document = {{"ok", ok}, {"summary", SummaryJson(e.summary)}};
  if (applied) {
    document["applied"] = {{"changed_rows", applied->changed_rows},
                           {"ran_statements", applied->ran_statements},
                           {"undo_file", applied->undo_file},
                           {"summary_before", SummaryJson(applied->before)}};
  }
  document["findings"] = std::move(findings);
  Print(document);
}

}  // namespace pointsman::cli
