// The chain channel -> ability -> token -> table: the four places to look at when a request has no channel.
//
// Channel and ability are looked at in the group that the request would be served from if its token were in order: the
// resolved group if there is one, else the owner's, else the default group. So an empty token group shows as a sound
// channel, a sound ability and a broken token, which is what it is.
#include <algorithm>
#include <string>
#include <vector>

#include "explain/explain_steps.h"
#include "explain/explain_words.h"
#include "table/table_data.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kMostNamed = 3;

std::string TargetGroup(const RouteTable& table, const Request& request, const Explanation& e) {
  if (!e.serving_group.empty()) return e.serving_group;
  const auto listed = std::find_if(e.groups.begin(), e.groups.end(),
                                   [](const ExplainedGroup& group) { return group.matched_model.has_value(); });
  if (listed != e.groups.end()) return listed->group;
  if (e.resolved_group && table.HasGroup(*e.resolved_group)) return *e.resolved_group;
  if (!e.plan.empty() && table.HasGroup(e.plan.front())) return e.plan.front();  // that an alias stands for
  if (table.HasGroup(request.user_group)) return std::string(request.user_group);
  return table.policy().groups.default_group;
}

std::string StatusWord(std::int64_t status, Language language) {
  const bool zh = language == Language::kChinese;
  switch (status) {
    case 1: return zh ? "已启用" : "is enabled";
    case 2: return zh ? "已手动禁用（status 2）" : "is disabled by hand (status 2)";
    case 3: return zh ? "已自动禁用（status 3）" : "is disabled automatically (status 3)";
    default:
      return (zh ? "状态未知，视为禁用（status " : "counts as disabled (status ") + std::to_string(status) +
             (zh ? "）" : ")");
  }
}

// "channel 8 "Bltcy" (type 55) is enabled", for the first few candidates.
std::string NameChannels(const RouteTable& table, const std::vector<CandidateInfo>& candidates, Language language) {
  std::string text;
  for (std::size_t i = 0; i < candidates.size() && i < kMostNamed; ++i) {
    const ChannelInfo channel = *table.FindChannel(candidates[i].channel_id);
    if (i > 0) text += language == Language::kChinese ? "；" : "; ";
    text += (language == Language::kChinese ? "渠道 " : "channel ") + std::to_string(channel.id) + " " +
            Quoted(channel.name) + " (type " + std::to_string(channel.type) + ") " +
            StatusWord(channel.status, language);
  }
  if (candidates.size() > kMostNamed) {
    const std::string more = std::to_string(candidates.size() - kMostNamed);
    text += language == Language::kChinese ? "；另有 " + more + " 个" : "; and " + more + " more";
  }
  return text;
}

std::vector<CandidateInfo> AllCandidates(const RouteInfo& route) {
  std::vector<CandidateInfo> all;
  for (const TierInfo& tier : route.tiers) all.insert(all.end(), tier.candidates.begin(), tier.candidates.end());
  // The most telling first: those that serve, then those that only their ability keeps out.
  std::stable_sort(all.begin(), all.end(), [](const CandidateInfo& a, const CandidateInfo& b) {
    const auto rank = [](CandidateStatus s) {
      return s == CandidateStatus::kChannelDisabled                                        ? 2
             : s == CandidateStatus::kAbilityDisabled || s == CandidateStatus::kNoPriority ? 1
                                                                                           : 0;
    };
    return rank(a.status) < rank(b.status);
  });
  return all;
}

ChainLink ChannelLink(const RouteTable& table, const std::optional<RouteInfo>& route, const Explanation& e) {
  ChainLink link{.kind = ChainLink::Kind::kChannel, .holds = false, .seen = {}};
  const std::string model = Quoted(e.requested_model);
  if (route) {
    const std::vector<CandidateInfo> all = AllCandidates(*route);
    link.holds = std::any_of(all.begin(), all.end(),
                             [](const CandidateInfo& c) { return c.status != CandidateStatus::kChannelDisabled; });
    link.seen = {NameChannels(table, all, Language::kEnglish), NameChannels(table, all, Language::kChinese)};
    return link;
  }
  // In other groups: one that serves, else one where all are disabled. The near misses have them in this order.
  const auto elsewhere = std::find_if(e.near_misses.begin(), e.near_misses.end(), [](const NearMiss& miss) {
    return miss.kind == NearMiss::Kind::kModelInOtherGroup || miss.kind == NearMiss::Kind::kModelDisabledInOtherGroup;
  });
  if (elsewhere == e.near_misses.end()) {
    link.seen = {"no channel lists " + model, "没有任何渠道列出模型 " + model};
    return link;
  }
  const std::vector<CandidateInfo> all = AllCandidates(*table.Describe(elsewhere->group, elsewhere->model));
  const std::string group = Quoted(elsewhere->group);
  link.holds = elsewhere->kind == NearMiss::Kind::kModelInOtherGroup;
  link.seen = {NameChannels(table, all, Language::kEnglish) + ", for group " + group,
               NameChannels(table, all, Language::kChinese) + "，所属分组 " + group};
  return link;
}

ChainLink AbilityLink(const RouteTable& table, const std::optional<RouteInfo>& route, const std::string& group,
                      const Explanation& e) {
  ChainLink link{.kind = ChainLink::Kind::kAbility, .holds = false, .seen = {}};
  const bool rows = table.believed() == RowSource::kAbilities;
  const std::string pair =
      "(" + Printable(group) + ", " + Printable(e.matched_model ? *e.matched_model : e.requested_model) + ")";
  if (!route) {
    link.seen = rows ? Phrase{"no ability row for " + pair, "没有 " + pair + " 的能力记录"}
                     : Phrase{"no channel's lists name " + pair, "没有渠道的列表包含 " + pair};
    return link;
  }
  std::size_t total = 0;
  std::size_t enabled = 0;
  for (const TierInfo& tier : route->tiers) {
    for (const CandidateInfo& c : tier.candidates) {
      ++total;
      if (c.status == CandidateStatus::kEligible || c.status == CandidateStatus::kZeroWeight) ++enabled;
    }
  }
  link.holds = enabled > 0;
  const std::string some = std::to_string(enabled);
  const std::string all = std::to_string(total);
  link.seen = rows ? Phrase{pair + ": " + some + " of " + all + " ability rows can serve",
                            pair + "：" + all + " 条能力记录中 " + some + " 条有效"}
                   : Phrase{pair + ": " + some + " of " + all + " channels that list it can serve",
                            pair + "：" + all + " 个列出它的渠道中 " + some + " 个有效"};
  return link;
}

// The Chinese name ends in the blank that sets Latin letters apart, where it ends in some.
Phrase WhoAsks(const Caller* caller) {
  if (caller == nullptr) return {"the request", "请求"};
  const std::string who = std::to_string(caller->token_id) + " " + Quoted(caller->token_name);
  return {"token " + who, "令牌 " + who + " "};
}

// The stored group: "NULL" where the token has none.
std::string StoredGroup(const Caller* caller, const Explanation& e) {
  if (caller != nullptr && caller->token_group.is_null()) return "NULL";
  return Quoted(e.requested_group);
}

// ", to be served from "vip", then "default"", where that is more than the group itself.
Phrase PlanPhrase(const Explanation& e) {
  if (e.plan.empty() || (e.plan.size() == 1 && e.plan.front() == e.requested_group)) return {};
  const bool stays = e.stay_in_group && e.plan.size() > 1;
  Phrase phrase = {stays ? ", to be served from the first that has a route: " : ", to be served from ",
                   stays ? "，仅由其中首个有路由的分组提供服务：" : "，可用分组依次为 "};
  for (std::size_t i = 0; i < e.plan.size() && i < kMostNamed; ++i) {
    if (i > 0) phrase.english += stays ? ", " : ", then ";
    if (i > 0) phrase.chinese += "、";
    phrase.english += Quoted(e.plan[i]);
    phrase.chinese += Quoted(e.plan[i]);
  }
  if (e.plan.size() > kMostNamed) {
    phrase.english += ", and " + std::to_string(e.plan.size() - kMostNamed) + " more";
    phrase.chinese += " 等 " + std::to_string(e.plan.size()) + " 个";
  }
  return phrase;
}

ChainLink TokenLink(const Caller* caller, const Explanation& e) {
  ChainLink link{.kind = ChainLink::Kind::kToken, .holds = true, .seen = {}};
  const Phrase who = WhoAsks(caller);
  const std::string stored = StoredGroup(caller, e);
  const std::string rule(EmptyGroupName(e.empty_group));
  if (e.refusal != CallerRefusal::kNone) {
    const std::string name(CallerRefusalName(e.refusal));
    link.holds = false;
    const Phrase why = WhyRefused(e.refusal);
    link.seen = {who.english + " may not call: " + why.english + " (" + name + ")",
                 who.chinese + "不可调用：" + why.chinese + "（" + name + "）"};
  } else if (e.group_was_empty && !e.resolved_group) {
    link.holds = false;
    link.seen = {
        who.english + " has an empty group (" + stored + "), which the policy leaves empty (empty_group: " + rule + ")",
        who.chinese + "的分组为空（" + stored + "），策略不做替换（empty_group: " + rule + "）"};
  } else if (e.reason == Reason::kGroupNotAllowed && e.groups.empty()) {
    // The request brought a list of its own, and there is nothing in it.
    link.holds = false;
    link.seen =
        caller == nullptr || caller->ordered_groups == nullptr
            ? Phrase{who.english + " brings an empty list of groups (ordered_groups)",
                     who.chinese + "自带的分组列表为空（ordered_groups）"}
            : Phrase{who.english + " has group " + stored +
                         " and a list of groups that cannot be read (auto_groups), so that none may serve it",
                     who.chinese + "的分组为 " + stored + "，但其分组列表无法解析（auto_groups），因此没有分组可用"};
  } else if (e.reason == Reason::kGroupNotAllowed) {
    link.holds = false;
    link.seen = {who.english + " may not use group " + Quoted(*e.resolved_group),
                 who.chinese + "无权使用分组 " + Quoted(*e.resolved_group)};
  } else if (!e.group_known && e.groups.size() == 1) {
    link.holds = false;
    link.seen = {
        who.english + " has group " + Quoted(*e.resolved_group) + ", which neither the rows nor the policy know",
        who.chinese + "的分组 " + Quoted(*e.resolved_group) + " 在数据与策略中均不存在"};
  } else if (e.group_was_empty) {
    link.seen = {who.english + " has an empty group (" + stored + "), replaced by " + Quoted(*e.resolved_group) +
                     " (empty_group: " + rule + ")",
                 who.chinese + "的分组为空（" + stored + "），已替换为 " + Quoted(*e.resolved_group) +
                     "（empty_group: " + rule + "）"};
  } else {
    link.seen = {who.english + " has group " + stored + PlanPhrase(e).english,
                 who.chinese + "的分组为 " + stored + PlanPhrase(e).chinese};
  }
  return link;
}

// " as "gpt-*" (prefix)", where a rule led to another name.
Phrase MatchPhrase(const Explanation& e) {
  if (!e.matched_model || e.matched_rule == MatchRule::kExact) return {};
  const std::string as = Quoted(*e.matched_model) + " (" + std::string(MatchRuleName(e.matched_rule)) + ")";
  return {" as " + as, "，匹配为 " + as};
}

Phrase ServesPhrase(const Explanation& e, const std::string& model) {
  const auto can_be_had = [](const ExplainedCandidate& c) { return c.share.numerator > 0; };
  const auto top = std::find_if(e.tiers.begin(), e.tiers.end(), [&](const ExplainedTier& tier) {
    return tier.group == e.serving_group && std::any_of(tier.candidates.begin(), tier.candidates.end(), can_be_had);
  });
  const std::string group = Quoted(e.serving_group);
  Phrase phrase = {"group " + group + " serves " + model, "分组 " + group};
  // Without one: the request's filter fails for a candidate that a draw need not meet.
  if (top != e.tiers.end()) phrase.english += " from priority " + std::to_string(top->priority);
  if (top != e.tiers.end()) phrase.chinese += " 由优先级 " + std::to_string(top->priority);
  phrase.english += MatchPhrase(e).english;
  phrase.chinese += " 提供模型 " + model + MatchPhrase(e).chinese;
  if (e.degraded) {
    phrase.english += ", though everything that could is cooling down";
    phrase.chinese += "（可用渠道均在冷却中，仍予放行）";
  }
  return phrase;
}

Phrase FailsPhrase(const Explanation& e, const std::string& group, const std::string& model) {
  const std::string count = std::to_string(e.attempts);
  const Phrase made = {count + (e.attempts == 1 ? " attempt" : " attempts"), count + " 次"};
  switch (e.reason) {
    case Reason::kEmptyTable: return {"the table lists no route at all", "路由表为空"};
    case Reason::kAllDisabled:
      return {"group " + group + " lists " + model + ", but every candidate is out",
              "分组 " + group + " 列出模型 " + model + "，但所有候选均不可用"};
    case Reason::kAllCoolingDown:
      return {"group " + group + " lists " + model + ", but what is left is cooling down after failures",
              "分组 " + group + " 列出模型 " + model + "，但其余候选均在失败后的冷却中"};
    case Reason::kAllAtLimit:
      return {"group " + group + " lists " + model + ", but what is left is at its limit",
              "分组 " + group + " 列出模型 " + model + "，但其余候选均已达上限"};
    case Reason::kAllFiltered:
      return {"group " + group + " lists " + model + ", but the request's filter leaves out what is left",
              "分组 " + group + " 列出模型 " + model + "，但其余候选均被请求的过滤条件排除"};
    case Reason::kAllZeroWeight:
      return {"group " + group + " lists " + model + ", but what is left has weight 0",
              "分组 " + group + " 列出模型 " + model + "，但其余候选的权重均为 0"};
    case Reason::kFilterFailed:
      return {"the request's filter could not judge a candidate", "请求的过滤条件无法判断候选"};
    case Reason::kGroupNotAllowed:
      if (e.groups.empty()) return {"there is no group to look in", "没有可供查找的分组"};
      return {"group " + group + " may not be used, whatever it serves", "无权使用分组 " + group + "，与其路由无关"};
    case Reason::kExhausted:
      return {"the walk is over after " + made.english + ": nothing is left that it may try",
              "已尝试 " + made.chinese + "，没有其他可尝试的候选"};
    case Reason::kBudgetSpent:
      return {"the walk is over after " + made.english + ", as many as the policy allows (retry.budget)",
              "已尝试 " + made.chinese + "，达到策略允许的次数（retry.budget）"};
    case Reason::kAttemptLimit:
      return {"the walk is over after " + made.english + ": Attempts has no room for more",
              "已尝试 " + made.chinese + "，Attempts 已无空间"};
    case Reason::kPinUnusable:
      return {"channel " + std::to_string(*e.pin) + ", which the request is pinned to, cannot be had for " + model,
              "请求指定的渠道 " + std::to_string(*e.pin) + " 无法提供模型 " + model};
    default:
      return {"group " + group + " has no route for " + model, "分组 " + group + " 没有模型 " + model + " 的路由"};
  }
}

// The group that the reason is of where a route is there: the first that had its turn, and not the alias or the
// automatic name that led to it.
std::string GroupOfReason(const Explanation& e) {
  const bool has_route =
      e.reason == Reason::kAllDisabled || e.reason == Reason::kAllFiltered || e.reason == Reason::kAllZeroWeight;
  const auto first =
      std::find_if(e.groups.begin(), e.groups.end(), [](const ExplainedGroup& group) { return group.reached; });
  if (has_route && first != e.groups.end()) return first->group;
  return e.resolved_group ? *e.resolved_group : e.requested_group;
}

ChainLink TableLink(const RouteTable& table, const Explanation& e) {
  ChainLink link{.kind = ChainLink::Kind::kTable, .holds = e.reason == Reason::kNone, .seen = {}};
  const std::string model = Quoted(e.requested_model);
  link.seen = link.holds ? ServesPhrase(e, model) : FailsPhrase(e, Quoted(GroupOfReason(e)), model);
  link.seen.english += " (serving routes in all: " + std::to_string(table.serving_route_count()) + ")";
  link.seen.chinese += "（共 " + std::to_string(table.serving_route_count()) + " 条可用路由）";
  return link;
}

}  // namespace

void BuildChain(const RouteTable& table, const Request& request, const Caller* caller, Explanation& e) {
  const std::string group = TargetGroup(table, request, e);
  const std::optional<RouteInfo> route = table.Describe(group, e.matched_model ? *e.matched_model : e.requested_model);
  e.chain = {ChannelLink(table, route, e), AbilityLink(table, route, group, e), TokenLink(caller, e),
             TableLink(table, e)};
}

}  // namespace pointsman::inline v0
