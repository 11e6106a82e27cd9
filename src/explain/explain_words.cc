#include "explain/explain_words.h"

#include <string>

namespace pointsman::inline v0 {
namespace {

Phrase CompiledOut(CandidateStatus status) {
  switch (status) {
    case CandidateStatus::kEligible: return {};
    case CandidateStatus::kZeroWeight:
      return {"weight 0 is never drawn beside others", "同层其他渠道有权重时，权重 0 不会被选中"};
    case CandidateStatus::kChannelDisabled: return {"the channel is disabled", "渠道已禁用"};
    case CandidateStatus::kAbilityDisabled: return {"the ability is disabled", "能力已禁用"};
    case CandidateStatus::kNoPriority:
      return {"the policy never selects a priority of NULL", "按策略，优先级为 NULL 的候选不会被选中"};
  }
  return {};
}

Phrase Passed(PassedOver over) {
  switch (over) {
    case PassedOver::kNone: return {"tried before", "已尝试过"};
    case PassedOver::kTier: return {"the walk is past its tier", "重试已越过其层级"};
    case PassedOver::kGroup:
      return {"its group has had its attempts (retry.budget_per_group)",
              "其分组的尝试次数已用完（retry.budget_per_group）"};
    case PassedOver::kKey:
      return {"another key of the channel that was tried last comes first", "先换用上次所试渠道的其他密钥"};
  }
  return {};
}

}  // namespace

Phrase WhyOut(const ExplainedCandidate& c) {
  switch (c.out) {
    case Reason::kNone: return CompiledOut(c.status);
    case Reason::kExhausted: return Passed(c.passed_over);
    case Reason::kAllDisabled: return {"switched off at run time", "运行时已关闭"};
    case Reason::kAllCoolingDown: return {"cooling down after failures", "失败后冷却中"};
    case Reason::kAllAtLimit: return {"at its limit", "已达上限"};
    case Reason::kAllFiltered: {
      const std::string code = std::to_string(c.filter_code);
      return {"the request's filter leaves it out (code " + code + ")", "被请求的过滤条件排除（代码 " + code + "）"};
    }
    case Reason::kFilterFailed: {
      const std::string code = std::to_string(c.filter_code);
      return {"the request's filter cannot judge it (code " + code + ")",
              "请求的过滤条件无法判断（代码 " + code + "）"};
    }
    case Reason::kPinUnusable: return {"the request is pinned to another", "请求指定了其他渠道"};
    default: return {std::string(ReasonName(c.out)), std::string(ReasonName(c.out))};
  }
}

Phrase WhyNotServed(Reason reason) {
  switch (reason) {
    case Reason::kUnknownGroup: return {"neither the rows nor the policy know it", "数据与策略中均不存在"};
    case Reason::kNoSuchModel: return {"no channel lists the model", "没有任何渠道列出该模型"};
    case Reason::kModelNotInGroup: return {"does not list the model", "未列出该模型"};
    case Reason::kAllDisabled: return {"every candidate is out", "所有候选均不可用"};
    case Reason::kAllCoolingDown: return {"what is left is cooling down after failures", "其余候选均在失败后的冷却中"};
    case Reason::kAllAtLimit: return {"what is left is at its limit", "其余候选均已达上限"};
    case Reason::kAllFiltered:
      return {"the request's filter leaves out what is left", "其余候选均被请求的过滤条件排除"};
    case Reason::kAllZeroWeight: return {"what is left has weight 0", "其余候选的权重均为 0"};
    case Reason::kExhausted: return {"nothing is left to try", "没有其他可尝试的候选"};
    case Reason::kFilterFailed:
      return {"the request's filter could not judge a candidate", "请求的过滤条件无法判断某个候选"};
    case Reason::kPinUnusable:
      return {"not by the channel that the request is pinned to", "请求指定的渠道无法在此提供"};
    default: return {"does not serve", "不提供服务"};
  }
}

Phrase WhyRefused(CallerRefusal refusal) {
  switch (refusal) {
    case CallerRefusal::kNone: break;
    case CallerRefusal::kTokenDisabled: return {"it is disabled", "令牌已被禁用"};
    case CallerRefusal::kTokenExpired: return {"it has expired", "令牌已过期"};
    case CallerRefusal::kTokenExhausted: return {"its quota is used up", "令牌额度已用尽"};
    case CallerRefusal::kOwnerDisabled: return {"its owner is disabled", "令牌所属用户已被禁用"};
    case CallerRefusal::kModelNotAllowed:
      return {"its model limits do not name this model", "令牌的模型限制不包含该模型"};
  }
  return {};
}

}  // namespace pointsman::inline v0
