#include <algorithm>
#include <string>
#include <string_view>

#include "explain/explain_steps.h"
#include "explain/explain_words.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

// When to come back, where that is known.
Phrase In(const Explanation& e) {
  if (!e.retry_after.has_value()) return {"", ""};
  const std::string seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(*e.retry_after).count());
  return {" " + seconds + " s", " " + seconds + " 秒"};
}

constexpr std::string_view kAutomatic = "auto";

// The groups of such near misses, as a list; empty where there is none.
Phrase GroupsOf(const Explanation& e, NearMiss::Kind kind) {
  Phrase groups;
  for (const NearMiss& miss : e.near_misses) {
    if (miss.kind != kind) continue;
    if (!groups.english.empty()) {
      groups.english += ", ";
      groups.chinese += "、";
    }
    groups.english += Quoted(miss.group);
    groups.chinese += Quoted(miss.group);
  }
  return groups;
}

void HintForPin(Explanation& e) {
  const std::string id = std::to_string(*e.pin);
  for (const ExplainedTier& tier : e.tiers) {
    for (const ExplainedCandidate& c : tier.candidates) {
      if (c.channel_id != *e.pin) continue;
      const Phrase why = WhyOut(c);
      e.hints.push_back(
          {"channel " + id + " is a candidate in group " + Quoted(tier.group) + ", but out: " + why.english,
           "渠道 " + id + " 是分组 " + Quoted(tier.group) + " 的候选，但不可用：" + why.chinese});
      return;
    }
  }
  e.hints.push_back({"channel " + id + " is no candidate in any group that the request may use; pin another, or none",
                     "渠道 " + id + " 不是该请求可用分组的候选；请改为指定其他渠道，或不指定"});
}

// What would let a candidate serve that is there and out: the least effort first.
void HintForOut(Explanation& e) {
  bool switched_off = false;
  bool no_priority = false;
  bool disabled = false;
  for (const ExplainedTier& tier : e.tiers) {
    for (const ExplainedCandidate& c : tier.candidates) {
      switched_off |= c.out == Reason::kAllDisabled;
      no_priority |= c.status == CandidateStatus::kNoPriority;
      disabled |= c.status == CandidateStatus::kChannelDisabled || c.status == CandidateStatus::kAbilityDisabled;
    }
  }
  if (switched_off) {
    e.hints.push_back({"switch on one of the candidates that were switched off at run time",
                       "重新打开其中一个在运行时被关闭的候选渠道"});
  }
  if (no_priority) {
    e.hints.push_back({"give one of the candidates whose priority is NULL a number, such as 0",
                       "为其中一个优先级为 NULL 的候选设置优先级，例如 0"});
  }
  if (disabled && !switched_off) e.hints.push_back({"enable one of the candidates", "启用其中一个候选渠道"});
}

void HintForPassedOver(Explanation& e) {
  const bool some = std::any_of(e.tiers.begin(), e.tiers.end(), [](const ExplainedTier& tier) {
    return std::any_of(tier.candidates.begin(), tier.candidates.end(),
                       [](const ExplainedCandidate& c) { return c.passed_over != PassedOver::kNone; });
  });
  if (!some) return;
  e.hints.push_back(
      {"the policy passed over candidates that were not tried: retry.tiers \"exhaust\" tries all of a "
       "tier, a higher retry.budget_per_group more of a group",
       "策略跳过了未尝试的候选：retry.tiers 为 \"exhaust\" 时会尝试同层全部候选，提高 "
       "retry.budget_per_group 可在分组内多尝试几次"});
}

void HintForReason(const RouteTable& table, Explanation& e) {
  const std::string group = Quoted(e.resolved_group ? *e.resolved_group : e.requested_group);
  const std::string model = Quoted(e.requested_model);
  const std::string fallback = Quoted(table.policy().groups.default_group);
  switch (e.reason) {
    case Reason::kEmptyGroup:
      e.hints.push_back({"set the token's group, for instance to its owner's: pointsman doctor --fix prints the SQL",
                         "为令牌设置分组（例如其用户的分组）：pointsman doctor --fix 可给出 SQL"});
      e.hints.push_back(
          {"or let an empty group mean the owner's, else " + fallback + ": empty_group \"inherit\" in the policy",
           "或在策略中使用 empty_group \"inherit\"，空分组即按用户分组、其次 " + fallback + " 处理"});
      break;
    case Reason::kUnknownGroup:
      if (e.requested_group == kAutomatic) {
        e.hints.push_back(
            {"\"auto\" lets the gateway choose a group: name the groups in order under \"auto\" in the policy",
             "\"auto\" 表示由网关自动选择分组：请在策略的 \"auto\" 中按顺序列出分组"});
        break;
      }
      e.hints.push_back({"correct the token's group, or add " + group + " to the groups of a channel",
                         "更正令牌的分组，或将 " + group + " 加入某个渠道的分组"});
      break;
    case Reason::kGroupNotAllowed:
      if (e.groups.empty()) {
        e.hints.push_back({"write the list of groups as a JSON array of names, such as [\"default\"], or leave it out",
                           "将分组列表写成名称的 JSON 数组（例如 [\"default\"]），或不填写"});
        break;
      }
      e.hints.push_back({"use an allowed group, or allow " + group + " for this caller",
                         "改用允许的分组，或为该调用方开放 " + group});
      break;
    case Reason::kNoSuchModel:
      e.hints.push_back({"add " + model + " to the models of a channel, and its abilities with it",
                         "在渠道的模型列表（及能力记录）中加入 " + model});
      break;
    case Reason::kModelNotInGroup:
      HintForOut(e);  // another group of the plan may list it
      if (GroupsOf(e, NearMiss::Kind::kModelInOtherGroup).english.empty()) break;
      e.hints.push_back(
          {"add group " + group + " to a channel that serves " + model + ", or move the token to a group that has it",
           "将分组 " + group + " 加入提供 " + model + " 的渠道，或将令牌移至有该模型的分组"});
      break;
    case Reason::kAllDisabled: HintForOut(e); break;
    case Reason::kAllCoolingDown:
      e.hints.push_back({"wait" + In(e).english + ", or see what these channels' upstreams report",
                         "请稍候" + In(e).chinese + "，或检查这些渠道上游返回的错误"});
      break;
    case Reason::kAllAtLimit:
      e.hints.push_back({"wait" + In(e).english + ", raise the limits, or add a channel",
                         "请稍候" + In(e).chinese + "，或提高上限、增加渠道"});
      break;
    case Reason::kEmptyTable:
      e.hints.push_back({"check that the right source is read and that its channels list groups and models",
                         "检查数据来源是否正确，渠道是否列出了分组与模型"});
      break;
    case Reason::kAllFiltered:
      e.hints.push_back(
          {"relax the request's filter, or add a channel that it takes", "放宽请求的过滤条件，或增加符合条件的渠道"});
      break;
    case Reason::kAllZeroWeight:
      e.hints.push_back(
          {"give one of the candidates that are left a weight above 0", "为其余候选之一设置大于 0 的权重"});
      break;
    case Reason::kExhausted:
      HintForPassedOver(e);
      e.hints.push_back({"all that may be tried was tried: add channels, or let the group fall back to another",
                         "可尝试的渠道均已尝试：请增加渠道，或为该分组配置后备分组"});
      break;
    case Reason::kBudgetSpent:
      e.hints.push_back({"raise retry.budget in the policy if a request may take longer",
                         "如允许更多重试，请提高策略中的 retry.budget"});
      break;
    case Reason::kAttemptLimit:
      e.hints.push_back({"reserve more room in Attempts before the walk", "请在重试前为 Attempts 预留更多空间"});
      break;
    case Reason::kFilterFailed:
      e.hints.push_back({"mend the request's filter: it answered a candidate with a code below 0, so nothing was drawn",
                         "请检查请求的过滤条件：它对某个候选返回了负数代码，因此未进行选择"});
      break;
    case Reason::kPinUnusable: HintForPin(e); break;
    default: break;
  }
}

// What lifts a refusal.
Phrase CureOf(CallerRefusal refusal, const std::string& model) {
  switch (refusal) {
    case CallerRefusal::kNone: return {};
    case CallerRefusal::kTokenDisabled: return {"enable the token (status 1)", "启用该令牌（status 1）"};
    case CallerRefusal::kTokenExpired:
      return {"renew the token (a later expired_time, or -1 for never; status 1), or issue a new one",
              "为令牌续期（将 expired_time 改为更晚的时间，或 -1 表示永不过期；status 1），或签发新令牌"};
    case CallerRefusal::kTokenExhausted:
      return {"top up the token's quota, and enable it again (status 1)", "为令牌补充额度，并重新启用（status 1）"};
    case CallerRefusal::kOwnerDisabled:
      return {"enable the token's owner (status 1 of the user), or use a token of another one",
              "启用令牌所属用户（用户 status 1），或改用其他用户的令牌"};
    case CallerRefusal::kModelNotAllowed:
      return {
          "add " + model + " to the token's model limits (model_limits), or switch them off (model_limits_enabled 0)",
          "在令牌的模型限制（model_limits）中加入 " + model + "，或关闭该限制（model_limits_enabled 0）"};
  }
  return {};
}

void HintForRefusal(Explanation& e) {
  if (e.refusal == CallerRefusal::kNone) return;
  const Phrase cure = CureOf(e.refusal, Quoted(e.requested_model));
  e.hints.push_back(
      {"the caller is refused before routing: " + cure.english, "调用方在路由之前即被拒绝：" + cure.chinese});
}

// Names that were perhaps meant.
void HintForNames(Explanation& e) {
  for (const NearMiss& miss : e.near_misses) {
    const std::string model = Quoted(miss.model);
    const std::string group = Quoted(miss.group);
    switch (miss.kind) {
      case NearMiss::Kind::kModelOtherCase:
        e.hints.push_back({"case and blanks matter: there is a model " + model + " in group " + group,
                           "名称区分大小写与空格：分组 " + group + " 中有模型 " + model});
        break;
      case NearMiss::Kind::kGroupOtherCase:
        e.hints.push_back(
            {"case and blanks matter: there is a group " + group, "名称区分大小写与空格：存在分组 " + group});
        break;
      case NearMiss::Kind::kModelSimilar:
        e.hints.push_back({"did you mean model " + model + "?", "是否指模型 " + model + "？"});
        break;
      case NearMiss::Kind::kGroupSimilar:
        e.hints.push_back({"did you mean group " + group + "?", "是否指分组 " + group + "？"});
        break;
      case NearMiss::Kind::kModelInOtherGroup:
      case NearMiss::Kind::kModelDisabledInOtherGroup: break;
    }
  }
}

// Where the model is, besides the groups that were looked at.
void HintForOtherGroups(Explanation& e) {
  const std::string model = Quoted(e.requested_model);
  const std::string own = Quoted(e.resolved_group ? *e.resolved_group : e.requested_group);
  if (const Phrase groups = GroupsOf(e, NearMiss::Kind::kModelInOtherGroup); !groups.english.empty()) {
    e.hints.push_back({model + " is served in: " + groups.english, model + " 在以下分组可用：" + groups.chinese});
  }
  if (const Phrase groups = GroupsOf(e, NearMiss::Kind::kModelDisabledInOtherGroup); !groups.english.empty()) {
    e.hints.push_back({model + " is listed in: " + groups.english +
                           ", but by disabled channels alone: enable one, and add group " + own +
                           " to it or move the token to its group",
                       "以下分组虽列出 " + model + "，但其渠道均已禁用：" + groups.chinese +
                           "；请启用其中之一，并为其加入分组 " + own + "，或将令牌移至其分组"});
  }
}

}  // namespace

void AddHints(const RouteTable& table, Explanation& e) {
  HintForRefusal(e);  // first, as it is met first
  if (e.reason == Reason::kNone) return;
  HintForNames(e);  // a slip is mended more easily than a table
  HintForReason(table, e);
  HintForOtherGroups(e);
}

}  // namespace pointsman::inline v0
