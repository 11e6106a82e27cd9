#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

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

std::string CallerText(const Explanation& e, Language language) {
  if (e.refusal != CallerRefusal::kNone) return RefusalText(e.refusal).In(language);
  const std::string group = ShownGroup(e);
  const std::string model = Bare(e.requested_model);
  if (language == Language::kChinese) {
    if (e.ok) return "分组 " + group + " 下模型 " + model + " 可用。";
    return "分组 " + group + " 下模型 " + model +
           " 无可用渠道。请检查：1. 渠道是否已启用；2. 渠道的分组是否包含该分组；3. 令牌的分组设置是否正确。（" +
           std::string(ReasonName(e.reason)) + "）";
  }
  if (e.ok) return "Model " + model + " is available for group " + group + ".";
  return "No channel is available for model " + model + " in group " + group +
         ". Please check: 1. that the channel is enabled; 2. that the channel's groups include this group; 3. that the "
         "token's "
         "group is set correctly. (" +
         std::string(ReasonName(e.reason)) + ")";
}

Phrase Headline(const Explanation& e) {
  const std::string asked = "(" + Quoted(e.requested_group) + ", " + Quoted(e.requested_model) + ")";
  const std::string table = e.generation == 0 ? "" : ", table " + std::to_string(e.generation);
  if (e.ok) return {"route for " + asked + table, "有路由 " + asked + table};
  const std::string why(e.refusal != CallerRefusal::kNone ? CallerRefusalName(e.refusal) : ReasonName(e.reason));
  return {"no route for " + asked + ": " + why + table, "无路由 " + asked + "：" + why + table};
}

std::string Percent(const Share& share) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.1f %%", share.value() * 100.0);
  return buffer;
}

Phrase StatusPhrase(CandidateStatus status) {
  switch (status) {
    case CandidateStatus::kEligible: return {"", ""};
    case CandidateStatus::kZeroWeight: return {"never drawn: weight 0 beside others", "不会被选中：权重为 0"};
    case CandidateStatus::kChannelDisabled: return {"out: the channel is disabled", "不可用：渠道已禁用"};
    case CandidateStatus::kAbilityDisabled: return {"out: the ability is disabled", "不可用：能力已禁用"};
    case CandidateStatus::kNoPriority: return {"never selected: its priority is NULL", "不会被选中：优先级为 NULL"};
  }
  return {};
}

Phrase OutPhrase(const ExplainedCandidate& c) {
  switch (c.out) {
    case Reason::kNone: return StatusPhrase(c.status);
    case Reason::kExhausted: return {"out: tried before", "不可用：已尝试过"};
    case Reason::kAllDisabled: return {"out: switched off", "不可用：运行时已关闭"};
    case Reason::kAllCoolingDown: return {"out: cooling down after failures", "不可用：失败后冷却中"};
    case Reason::kAllAtLimit: return {"out: at its limit", "不可用：已达上限"};
    case Reason::kAllFiltered: {
      const std::string code = std::to_string(c.filter_code);
      return {"out: the request's filter says " + code, "不可用：请求的过滤条件返回 " + code};
    }
    case Reason::kFilterFailed: return {"the request's filter cannot judge it", "请求的过滤条件无法判断"};
    case Reason::kPinUnusable: return {"out: the request is pinned to another", "不可用：请求指定了其他渠道"};
    default: return {"out: " + std::string(ReasonName(c.out)), "不可用：" + std::string(ReasonName(c.out))};
  }
}

void AppendCandidate(const ExplainedCandidate& c, Language language, std::string& text) {
  const bool zh = language == Language::kChinese;
  const bool in = c.out == Reason::kNone && (c.status == CandidateStatus::kEligible || c.share.numerator > 0);
  text += "      " + std::string(in ? "✓ " : "✗ ") + (zh ? "渠道 " : "channel ") + std::to_string(c.channel_id) + " " +
          Quoted(c.name) + (zh ? " 权重 " : " weight ") + std::to_string(c.weight);
  text += in ? (zh ? " 占比 " : " share ") + c.share.Text() + " (" + Percent(c.share) + ")"
             : "  " + OutPhrase(c).In(language);
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
      text += serves ? (zh ? "提供服务" : "serves") : ReasonName(group.reason);
    }
    if (group.matched_model && group.rule != MatchRule::kExact) {
      text += (zh ? "，匹配为 " : ", as ") + Quoted(*group.matched_model) + " (" +
              std::string(MatchRuleName(group.rule)) + ")";
    }
    text += "\n";
  }
}

void AppendTiers(const Explanation& e, Language language, std::string& text) {
  std::size_t shown = 0;
  std::size_t left_out = 0;
  const bool many = std::any_of(e.tiers.begin(), e.tiers.end(),
                                [&](const ExplainedTier& tier) { return tier.group != e.tiers.front().group; });
  for (const ExplainedTier& tier : e.tiers) {
    const std::string group = many ? Quoted(tier.group) + " " : "";
    text += "    " + group + (language == Language::kChinese ? "优先级 " : "priority ") +
            std::to_string(tier.priority) + "\n";
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
