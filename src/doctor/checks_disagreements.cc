// ability-disagrees: abilities that say something else than their channel. Gateways believe one or the other, some of
// them the one in memory and the other in the database, so a disagreement is two routings of the same request.
//
// Changed to what the channel says: that is what the gateways' own repair does. Only an ability that its channel does
// not list is left to a human: a list that the database cut short may be the wrong side, and deleting would end routes
// that serve today.
#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "doctor/ability_rows.h"
#include "doctor/checks.h"
#include "doctor/share_example.h"
#include "doctor/wording.h"
#include "rows/name_hash.h"

namespace pointsman::inline v0 {
namespace {

using NameSet = absl::flat_hash_set<std::string_view, NameHash, NameEqual>;

constexpr char kCode[] = "ability-disagrees";
constexpr int kMostExamples = 4;  // that are tried; each is a pass over the rows

// One column in which abilities differ.
struct Aspect {
  explicit Aspect(std::string_view name, const Evidence& evidence) : column(name), growing(kCode, evidence) {}
  std::string_view column;
  Growing growing;
  std::size_t live = 0;  // rows whose channel is enabled: the others change nothing today
  std::vector<const AbilityRow*> examples;
};

bool IsWeight(std::int64_t value) { return value >= 0 && value <= std::numeric_limits<std::uint32_t>::max(); }

// Absent columns say nothing, and NULL means 0.
bool Differ(const IntField& ability, const IntField& channel) {
  return !ability.is_absent() && !channel.is_absent() && ability.value_or(0) != channel.value_or(0);
}

bool Differ(const TextField& ability, const TextField& channel) {
  return !ability.is_absent() && !channel.is_absent() && ability.value_or({}) != channel.value_or({});
}

class DisagreementCheck {
 public:
  explicit DisagreementCheck(const Evidence& evidence)
      : evidence_(evidence),
        enabled_("enabled", evidence),
        priority_("priority", evidence),
        weight_("weight", evidence),
        tag_("tag", evidence),
        unlisted_("", evidence),
        absent_("", evidence),
        missing_(evidence) {}

  void Run(Findings& findings) {
    std::vector<std::pair<std::int64_t, const AbilityRow*>> by_channel;
    by_channel.reserve(evidence_.rows().abilities().size());
    for (const AbilityRow& row : evidence_.rows().abilities()) by_channel.emplace_back(row.channel_id, &row);
    std::sort(by_channel.begin(), by_channel.end());  // rows of a channel keep their order: they lie in one array
    for (auto begin = by_channel.begin(); begin != by_channel.end();) {
      const auto end =
          std::find_if(begin, by_channel.end(), [&](const auto& entry) { return entry.first != begin->first; });
      const ChannelRow* channel = evidence_.FindChannel(begin->first);
      if (channel != nullptr && evidence_.IsUsable(*channel)) TakeChannel(*channel, std::span(begin, end));
      begin = end;
    }
    Conclude(findings);
  }

 private:
  void TakeChannel(const ChannelRow& channel, std::span<const std::pair<std::int64_t, const AbilityRow*>> abilities) {
    const ItemList groups = ListedGroups(channel, evidence_.policy());
    const ItemList models = ListedModels(channel);
    const NameSet group_set(groups.begin(), groups.end());
    const NameSet model_set(models.begin(), models.end());
    PairSet present;
    for (const auto& [id, row] : abilities) {
      if (!HasUsableNames(*row)) continue;  // rejected, and reported as that
      CompareColumns(*row, channel);
      const bool in_group = group_set.contains(row->group.value());
      if (in_group && model_set.contains(row->model.value())) {
        present.insert({row->group.value(), row->model.value()});
      } else if (!channel.models.is_absent()) {
        AddRow(unlisted_, *row, channel, in_group ? "model" : "group", IsEnabled(*row) && IsEnabled(channel));
      }
    }
    // A row that could not be read may be the one that seems to be missing: to insert it would fail.
    if (IsEnabled(channel) && !evidence_.HasUnloadedAbilities(channel.id)) FindMissing(channel, present);
  }

  void CompareColumns(const AbilityRow& row, const ChannelRow& channel) {
    const bool live = IsEnabled(channel);
    if (!row.enabled.is_absent() && IsEnabled(row) != live) {
      AddUpdate(enabled_, row, channel, ToSql(row.enabled), std::int64_t{live ? 1 : 0}, live);
      if (live && !evidence_.Serves(row.group.value(), row.model.value())) {
        switched_off_.insert({row.group.value(), row.model.value()});
      }
    }
    if (Differ(row.priority, channel.priority)) {
      AddUpdate(priority_, row, channel, ToSql(row.priority), channel.priority.value_or(0), live);
    }
    if (Differ(row.weight, channel.weight) && IsWeight(row.weight.value_or(0))) {
      AddUpdate(weight_, row, channel, ToSql(row.weight), channel.weight.value_or(0), live);
    }
    if (Differ(row.tag, channel.tag)) AddUpdate(tag_, row, channel, ToSql(row.tag), ToSql(channel.tag), live);
  }

  void AddUpdate(Aspect& aspect, const AbilityRow& row, const ChannelRow& channel, SqlValue before, SqlValue after,
                 bool live) {
    AddRow(aspect, row, channel, aspect.column, live);
    aspect.growing.finding().changes.push_back(
        UpdateOf(SourceTable::kAbilities, AbilityKeyColumns(row.group.value(), row.model.value(), row.channel_id),
                 aspect.column, std::move(before), std::move(after)));
    if (live && aspect.examples.size() < kMostExamples) aspect.examples.push_back(&row);
  }

  static void AddRow(Aspect& aspect, const AbilityRow& row, const ChannelRow& channel, std::string_view column,
                     bool live) {
    aspect.growing.Add(AbilityWhere(row, &channel, column));
    if (live) ++aspect.live;
  }

  void FindMissing(const ChannelRow& channel, const PairSet& present) {
    std::size_t visited = 0;
    const auto visit = [&](std::string_view group, std::string_view model) {
      const AbilityRow row{.group = group, .model = model, .channel_id = channel.id};
      FindingRow where = AbilityWhere(row, &channel, "");
      where.detail = "there is no such row";
      absent_.growing.Add(std::move(where));
      ++visited;
    };
    const std::size_t missing = missing_.Propose(channel, present, visit);
    absent_.growing.Count(missing - visited);
  }

  void Conclude(Findings& findings) {
    ConcludeEnabled(findings);
    ConcludeMissing(findings);
    ConcludeDraw(priority_, "in another tier", findings);
    ConcludeDraw(weight_, "with another share", findings);
    ConcludeUnlisted(findings);
    ConcludeTag(findings);
  }

  static std::string DifferMessage(const Aspect& aspect, const Finding& finding) {
    return Amount(finding.count, "ability differs from its channel in ", "abilities differ from their channel in ") +
           std::string(aspect.column);
  }

  void ConcludeEnabled(Findings& findings) {
    if (enabled_.growing.empty()) return;
    Finding& finding = enabled_.growing.finding();
    finding.failing_routes = evidence_.believes_abilities() ? switched_off_.size() : 0;
    finding.severity = finding.failing_routes > 0 ? Severity::kError : Severity::kWarning;
    finding.message = DifferMessage(enabled_, finding);
    finding.why = EnabledWhy(finding);
    finding.cure = CureClass::kReview;
    finding.advice = "the cure sets the abilities to what the channel's status says";
    findings.push_back(std::move(finding));
  }

  std::string EnabledWhy(const Finding& finding) const {
    BoundedList parts(2);
    const std::size_t off = enabled_.live;
    const std::size_t on = finding.count - off;
    if (off > 0) {
      std::string part = Amount(off, "is off", "are off") +
                         " though the channel is enabled: gateways that believe abilities do not serve them";
      if (finding.failing_routes > 0) {
        const GroupAndModel& first = *std::min_element(switched_off_.begin(), switched_off_.end());
        part += ", and " + Amount(finding.failing_routes, "(group, model) pair has", "(group, model) pairs have") +
                " no other route, e.g. " + PairText(first.first, first.second);
      }
      parts.Add(part);
    }
    if (on > 0) {
      parts.Add(Amount(on, "is on", "are on") +
                " though the channel is not enabled: gateways that believe abilities alone "
                "still send requests to it");
    }
    return parts.Text();
  }

  void ConcludeMissing(Findings& findings) {
    if (absent_.growing.empty()) return;
    Finding& finding = absent_.growing.finding();
    std::move(missing_).Prescribe(
        finding, "the cure inserts the rows that the gateways' own repair of the abilities would make");
    finding.message =
        Amount(finding.count, "pair that an enabled channel lists has", "pairs that an enabled channel lists have") +
        " no ability row, while its other pairs have";
    finding.why =
        finding.failing_routes > 0
            ? Amount(finding.failing_routes, "of them has", "of them have") + " no route: nobody else serves it"
            : "no request fails because of it; gateways that believe channels give these channels a share, "
              "gateways that believe abilities do not";
    findings.push_back(std::move(finding));
  }

  void ConcludeDraw(Aspect& aspect, std::string_view how, Findings& findings) {
    if (aspect.growing.empty()) return;
    Finding& finding = aspect.growing.finding();
    finding.severity = aspect.live > 0 ? Severity::kWarning : Severity::kInfo;
    finding.message = DifferMessage(aspect, finding);
    finding.why = "no request fails because of it; gateways that believe abilities draw these channels " +
                  std::string(how) + " than gateways that believe channels";
    for (const AbilityRow* row : aspect.examples) {
      const std::string example = ShareExample(evidence_, *row);
      if (example.empty()) continue;
      finding.why += ": " + example;
      break;
    }
    finding.cure = CureClass::kReview;
    finding.advice =
        "the cure sets the abilities to what the channel says; where the ability is right, edit the channel";
    findings.push_back(std::move(finding));
  }

  void ConcludeTag(Findings& findings) {
    if (tag_.growing.empty()) return;
    Finding& finding = tag_.growing.finding();
    finding.severity = Severity::kInfo;
    finding.message = DifferMessage(tag_, finding);
    finding.why = "no request fails because of it; gateways edit abilities by tag, and will miss these";
    finding.cure = CureClass::kReview;
    finding.advice = "the cure sets the abilities to what the channel says";
    findings.push_back(std::move(finding));
  }

  void ConcludeUnlisted(Findings& findings) {
    if (unlisted_.growing.empty()) return;
    Finding& finding = unlisted_.growing.finding();
    finding.severity = unlisted_.live > 0 ? Severity::kWarning : Severity::kInfo;
    finding.message =
        Amount(finding.count, "ability is", "abilities are") + " for a pair that the channel does not list";
    finding.why = "no request fails because of it; " + std::to_string(unlisted_.live) +
                  " of them serve where abilities are believed, and nothing where channels are believed";
    finding.cure = CureClass::kAdvice;
    finding.advice =
        "add the group or model to the channel's lists if it should serve them (a list may have been cut short), else "
        "delete the rows; the gateways' own repair of the abilities deletes them";
    findings.push_back(std::move(finding));
  }

  const Evidence& evidence_;
  Aspect enabled_;
  Aspect priority_;
  Aspect weight_;
  Aspect tag_;
  Aspect unlisted_;
  Aspect absent_;  // rows that are missing
  MissingAbilities missing_;
  PairSet switched_off_;
};

}  // namespace

void CheckAbilityDisagrees(const Evidence& evidence, Findings& findings) { DisagreementCheck(evidence).Run(findings); }

}  // namespace pointsman::inline v0
