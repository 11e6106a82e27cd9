#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "explain/explain_words.h"
#include "pointsman/explain.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kMostCandidates = 50;
constexpr std::size_t kMostGroups = 20;

// A name in running text: as it is, or "" where there is nothing to see.
std::string Bare(std::string_view name) { return name.empty() ? "\"\"" : Printable(name); }

// The group that a caller is told about: its own words, else what they were replaced by. Never a group that it may not
// use.
std::string ShownGroup(const Explanation& e) {
  if (e.group_was_empty && e.resolved_group && e.reason != Reason::kGroupNotAllowed) return Bare(*e.resolved_group);
  return Bare(e.requested_group);
}

Phrase RefusalText(CallerRefusal refusal) {
  switch (refusal) {
    case CallerRefusal::kNone: return {};
    case CallerRefusal::kTokenDisabled: return {"This token is disabled.", "该令牌已被禁用。"};
    case CallerRefusal::kTokenExpired: return {"This token has expired.", "该令牌已过期。"};
    case CallerRefusal::kTokenExhausted: return {"The quota of this token is used up.", "该令牌额度已用尽。"};
    case CallerRefusal::kOwnerDisabled: return {"The owner of this token is disabled.", "该令牌所属用户已被禁用。"};
    case CallerRefusal::kModelNotAllowed: return {"This token may not use this model.", "该令牌无权使用此模型。"};
  }
  return {};
}

// What comes before the three checks, where those alone would send the caller to the wrong place.
Phrase BeforeTheChecks(Reason reason) {
  switch (reason) {
    case Reason::kExhausted:
    case Reason::kBudgetSpent:
    case Reason::kAttemptLimit:
      return {"All attempts that could be made have been made; try again later. If it persists, please check: ",
              "可进行的尝试均已进行，请稍后重试；如仍失败，请检查："};
    case Reason::kAllCoolingDown:
    case Reason::kAllAtLimit:
      return {"It is overloaded or has failed just now; try again later. If it persists, please check: ",
              "服务繁忙或刚刚发生故障，请稍后重试；如仍失败，请检查："};
    case Reason::kAllFiltered:
      return {"No channel fits what this request needs. If that is unexpected, please check: ",
              "没有渠道满足该请求的要求；如有疑问，请检查："};
    default: return {"Please check: ", "请检查："};
  }
}

std::string CallerText(const Explanation& e, Language language) {
  if (e.refusal != CallerRefusal::kNone) return RefusalText(e.refusal).In(language);
  const std::string group = ShownGroup(e);
  const std::string model = Bare(e.requested_model);
  const std::string reason(ReasonName(e.reason));
  if (language == Language::kChinese) {
    if (e.ok) return "分组 " + group + " 下模型 " + model + " 可用。";
    return "分组 " + group + " 下模型 " + model + " 无可用渠道。" + BeforeTheChecks(e.reason).chinese +
           "1. 渠道是否已启用；2. 渠道的分组是否包含该分组；3. 令牌的分组设置是否正确。（" + reason + "）";
  }
  if (e.ok) return "Model " + model + " is available for group " + group + ".";
  return "No channel is available for model " + model + " in group " + group + ". " +
         BeforeTheChecks(e.reason).english +
         "1. that the channel is enabled; 2. that the channel's groups include this group; 3. that the token's group "
         "is set correctly. (" +
         reason + ")";
}

// Whether there is a route all the same, so that "no route" would send the operator looking for one.
bool HasRouteAllTheSame(const Explanation& e) {
  switch (e.reason) {
    case Reason::kNone:  // refused before routing
    case Reason::kAllCoolingDown:
    case Reason::kAllAtLimit:
    case Reason::kAllFiltered:
    case Reason::kExhausted:
    case Reason::kBudgetSpent:
    case Reason::kAttemptLimit:
    case Reason::kFilterFailed:
    case Reason::kPinUnusable: return true;
    default: return false;
  }
}

Phrase Headline(const Explanation& e) {
  const std::string asked = "(" + Quoted(e.requested_group) + ", " + Quoted(e.requested_model) + ")";
  const std::string generation = std::to_string(e.generation);
  const Phrase table =
      e.generation == 0 ? Phrase() : Phrase{", table " + generation, "，路由表第 " + generation + " 代"};
  if (e.ok) return {"route for " + asked + table.english, "有路由 " + asked + table.chinese};
  const std::string why(e.refusal != CallerRefusal::kNone ? CallerRefusalName(e.refusal) : ReasonName(e.reason));
  const Phrase none =
      HasRouteAllTheSame(e) ? Phrase{"no channel for ", "无可用渠道 "} : Phrase{"no route for ", "无路由 "};
  return {none.english + asked + ": " + why + table.english, none.chinese + asked + "：" + why + table.chinese};
}

std::string Percent(const Share& share) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.1f %%", share.value() * 100.0);
  return buffer;
}

void AppendCandidate(const ExplainedCandidate& c, Language language, std::string& text) {
  const bool zh = language == Language::kChinese;
  const bool in = c.out == Reason::kNone && (c.status == CandidateStatus::kEligible || c.share.numerator > 0);
  text += "      " + std::string(in ? "✓ " : "✗ ") + (zh ? "渠道 " : "channel ") + std::to_string(c.channel_id) + " " +
          Quoted(c.name) + (zh ? " 权重 " : " weight ") + std::to_string(c.weight);
  text += in ? (zh ? " 占比 " : " share ") + c.share.Text() + " (" + Percent(c.share) + ")"
             : (zh ? "  不可用：" : "  out: ") + WhyOut(c).In(language);
  text += "\n";
}

// One line a group, where there is more than one.
void AppendGroups(const Explanation& e, Language language, std::string& text) {
  if (e.groups.size() < 2) return;
  const bool zh = language == Language::kChinese;
  text += zh ? "  分组\n" : "  groups\n";
  for (std::size_t i = 0; i < e.groups.size() && i < kMostGroups; ++i) {
    const ExplainedGroup& group = e.groups[i];
    const bool serves = group.reached && group.reason == Reason::kNone;
    text += std::string("    ") +
            (serves                            ? "✓ "
             : group.allowed && !group.reached ? "· "
                                               : "✗ ") +
            Quoted(group.group) + "  ";
    if (!group.allowed) {
      text += zh ? "无权使用" : "may not be used";
    } else if (!group.reached) {
      text += zh ? "未轮到" : "not its turn";
    } else {
      const std::string code(ReasonName(group.reason));
      const Phrase why = WhyNotServed(group.reason);
      const std::string fails = zh ? why.chinese + "（" + code + "）" : why.english + " (" + code + ")";
      text += serves ? (zh ? "提供服务" : "serves") : fails;
    }
    if (group.matched_model && group.rule != MatchRule::kExact) {
      text += (zh ? "，匹配为 " : ", as ") + Quoted(*group.matched_model) + " (" +
              std::string(MatchRuleName(group.rule)) + ")";
    }
    text += "\n";
  }
}

Phrase BalanceNote(Balance balance) {
  switch (balance) {
    case Balance::kWeightedRandom: return {"", ""};
    case Balance::kSmoothRoundRobin: return {", in turns", "，平滑轮询"};
    case Balance::kLeastInFlight:
      return {", the less busy of two drawn by weight", "，按权重抽取两个并取在途请求较少者"};
    case Balance::kLowestLatency: return {", the faster of two drawn by weight", "，按权重抽取两个并取延迟较低者"};
    case Balance::kAffinity:
    case Balance::kAffinityByHalves: return {", by the request's affinity key", "，按请求的亲和键"};
  }
  return {};
}

void AppendTiers(const Explanation& e, Language language, std::string& text) {
  std::size_t shown = 0;
  std::size_t left_out = 0;
  const bool many = std::any_of(e.tiers.begin(), e.tiers.end(),
                                [&](const ExplainedTier& tier) { return tier.group != e.tiers.front().group; });
  for (const ExplainedTier& tier : e.tiers) {
    const std::string group = many ? Quoted(tier.group) + " " : "";
    text += "    " + group + (language == Language::kChinese ? "优先级 " : "priority ") +
            std::to_string(tier.priority) + BalanceNote(tier.balance).In(language) + "\n";
    for (const ExplainedCandidate& c : tier.candidates) {
      if (shown < kMostCandidates) {
        AppendCandidate(c, language, text);
        ++shown;
      } else {
        ++left_out;
      }
    }
  }
  if (left_out > 0) {
    text += language == Language::kChinese ? "      另有 " + std::to_string(left_out) + " 个候选\n"
                                           : "      and " + std::to_string(left_out) + " more candidates\n";
  }
}

Phrase LinkLabel(ChainLink::Kind kind) {
  switch (kind) {
    case ChainLink::Kind::kChannel: return {"channel", "渠道"};
    case ChainLink::Kind::kAbility: return {"ability", "能力"};
    case ChainLink::Kind::kToken: return {"token  ", "令牌"};
    case ChainLink::Kind::kTable: return {"table  ", "路由表"};
  }
  return {};
}

std::string OperatorText(const Explanation& e, Language language) {
  std::string text = Headline(e).In(language) + "\n";
  for (const ChainLink& link : e.chain) {
    text += std::string(link.holds ? "  ✓ " : "  ✗ ") + LinkLabel(link.kind).In(language) + "  " +
            link.seen.In(language) + "\n";
  }
  AppendGroups(e, language, text);
  if (!e.tiers.empty()) {
    text += language == Language::kChinese ? "  层级\n" : "  tiers\n";
    AppendTiers(e, language, text);
  }
  for (const Phrase& hint : e.hints) {
    text += (language == Language::kChinese ? "  → " : "  -> ") + hint.In(language) + "\n";
  }
  return text;
}

}  // namespace

std::string Explanation::Text(Language language, Audience audience) const {
  return audience == Audience::kCaller ? CallerText(*this, language) : OperatorText(*this, language);
}

}  // namespace pointsman::inline v0
