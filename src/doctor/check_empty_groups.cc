// token-empty-group: the incident itself. The cure writes what the gateways mean by an empty group: the owner's group.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "doctor/checks.h"
#include "doctor/token_requests.h"
#include "doctor/wording.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

enum class Obstacle { kNone, kNoOwner, kOwnerUnread, kOwnerPerhapsUnread, kOwnerGroupEmpty, kOwnerGroupUnserved };
constexpr std::size_t kObstacles = 6;
constexpr std::size_t kShownOwners = 5;

// Whether the owner's group is there to be read once a row is mended: then no other group may be written.
bool AwaitsOwner(Obstacle obstacle) {
  return obstacle == Obstacle::kOwnerUnread || obstacle == Obstacle::kOwnerPerhapsUnread;
}

struct Cure {
  std::string_view group;  // empty: there is none
  Obstacle obstacle = Obstacle::kNone;
};

// An example.
struct FailingRequest {
  Asker asker;  // as if the group that is meant were written
  std::string_view model;
};

class EmptyGroupCheck {
 public:
  explicit EmptyGroupCheck(const Evidence& evidence)
      : evidence_(evidence), requests_(evidence), growing_("token-empty-group", evidence) {}

  void Run(Findings& findings) {
    for (const TokenRow& row : evidence_.rows().tokens()) {
      if (IsEnabled(row)) ++enabled_tokens_;
      if (HasEmptyGroup(row)) Take(row);
      if (!IsEnabled(row) && !row.group.is_absent() && IsBlank(row.group.value_or(""))) ++others_;
    }
    if (growing_.empty()) return;
    Conclude(growing_.finding());
    findings.push_back(std::move(growing_.finding()));
  }

 private:
  void Take(const TokenRow& row) {
    growing_.Add(TokenWhere(row));
    ++(row.group.is_null() ? null_ : row.group.value().empty() ? void_ : blank_);
    CountRequests(row);
    const Cure cure = FindCure(row);
    ++obstacles_[static_cast<std::size_t>(cure.obstacle)];
    if (cure.obstacle == Obstacle::kOwnerUnread) NoteUnread(row.user_id.value());
    if (!cure.group.empty()) {
      growing_.finding().changes.push_back(
          UpdateOf(SourceTable::kTokens, {{"id", row.id}}, "group", ToSql(row.group), std::string(cure.group)));
    }
  }

  void NoteUnread(std::int64_t owner) {
    if (unread_.insert(owner).second) unread_owners_.Add(std::to_string(owner));
  }

  void CountRequests(const TokenRow& row) {
    const std::string_view owner_group = requests_.OwnerGroup(row);
    const std::optional<std::string_view> resolved = evidence_.ResolveEmpty(owner_group);
    if (!resolved.has_value() || !requests_.ServesAny({.group = *resolved, .user_group = owner_group})) {
      ++stranded_tokens_;
    }
    const std::string_view meant = requests_.MeantGroup(row);
    const std::size_t lost = requests_.CountLost(row, meant, resolved);
    growing_.finding().failing_routes += lost;
    if (lost == 0 || example_.has_value()) return;
    example_ = {.asker = {.group = meant, .user_group = owner_group},
                .model = *requests_.FirstLost(row, meant, resolved)};
  }

  Cure FindCure(const TokenRow& row) {
    Cure cure{.group = {}, .obstacle = FindObstacle(row)};
    if (cure.obstacle == Obstacle::kNone) {
      cure.group = requests_.OwnerGroup(row);
    } else if (evidence_.options().assume_default && default_is_served() && !AwaitsOwner(cure.obstacle)) {
      cure = {.group = evidence_.policy().groups.default_group, .obstacle = Obstacle::kNone};
    }
    return cure;
  }

  Obstacle FindObstacle(const TokenRow& row) {
    if (requests_.OwnerIsUnread(row)) {
      return evidence_.HasUnloadedUser(row.user_id.value()) ? Obstacle::kOwnerUnread : Obstacle::kOwnerPerhapsUnread;
    }
    if (requests_.Owner(row) == nullptr) return Obstacle::kNoOwner;
    const std::string_view group = requests_.OwnerGroup(row);
    if (IsBlank(group)) return Obstacle::kOwnerGroupEmpty;
    return requests_.ServesAny(Asker::Of(group)) ? Obstacle::kNone : Obstacle::kOwnerGroupUnserved;
  }

  bool default_is_served() { return requests_.ServesAny(Asker::Of(evidence_.policy().groups.default_group)); }

  void Conclude(Finding& finding) {
    finding.severity = stranded_tokens_ > 0 || finding.failing_routes > 0 ? Severity::kError : Severity::kWarning;
    finding.message = std::to_string(finding.count) + " of " + std::to_string(enabled_tokens_) + " enabled tokens " +
                      (finding.count == 1 ? "has" : "have") + " no group (" + Breakdown() + ")" + Others();
    finding.why = Why(finding);
    finding.cure = finding.changes.empty() ? CureClass::kAdvice : CureClass::kSafe;
    finding.advice = Advice(finding);
  }

  std::string Breakdown() const {
    BoundedList parts(3);
    if (null_ > 0) parts.Add("NULL in " + std::to_string(null_));
    if (void_ > 0) parts.Add("'' in " + std::to_string(void_));
    if (blank_ > 0) parts.Add("blank in " + std::to_string(blank_));
    return parts.Text();
  }

  // They are no finding: nobody can use them as they are.
  std::string Others() const {
    if (others_ == 0) return "";
    return "; so " + std::string(others_ == 1 ? "has " : "have ") + std::to_string(others_) + " that " +
           (others_ == 1 ? "is" : "are") + " not enabled, which no cure touches";
  }

  std::string Why(const Finding& finding) const {
    const EmptyGroup rule = evidence_.policy().groups.empty_group;
    std::string why = "under the lookup " + Quoted(EmptyGroupName(rule)) + " ";
    if (finding.severity == Severity::kWarning) {
      why += "none of their requests fails: ";
      why += rule == EmptyGroup::kDefault ? "the default group is used"
                                          : "the owner's group is used, else the default one";
      return why + "; a gateway that looks the group up as it is written finds nothing";
    }
    if (stranded_tokens_ == finding.count) {
      why += "every request of " + (finding.count == 1 ? "this token" : "these " + Tokens(finding.count)) + " fails";
    } else if (stranded_tokens_ > 0) {
      why += "every request of " + std::to_string(stranded_tokens_) + " of these tokens fails";
    } else {
      why += "some of their requests fail";
    }
    if (rule == EmptyGroup::kExact) why += ": group \"\" has no route";
    return why + Example();
  }

  std::string Example() const {
    if (!example_.has_value()) return "";
    const auto& [asker, model] = *example_;
    const ChannelRecord& server = evidence_.Server(asker, model);
    return "; e.g. " + Quoted(model) + " is served in group " + Quoted(asker.group) + " by " +
           ChannelText(server.id, server.name);
  }

  std::string Advice(const Finding& finding) {
    std::string advice;
    if (!finding.changes.empty()) {
      advice = "the cure writes the group that the gateways mean by an empty one, the owner's" +
               std::string(evidence_.options().assume_default ? ", or else the default group" : "") +
               "; gateways cache token rows for a while, so give it time to show";
    }
    const std::size_t left = finding.count - finding.changes.size();
    if (left == 0) return advice;
    if (!advice.empty()) advice += ". ";
    return advice + Tokens(left) + (left == 1 ? " remains" : " remain") + " to be cured by hand: " + Obstacles() +
           WayOut(left);
  }

  std::size_t amount(Obstacle obstacle) const { return obstacles_[static_cast<std::size_t>(obstacle)]; }

  std::string Obstacles() const {
    BoundedList reasons(kObstacles);
    const auto add = [&](Obstacle obstacle, const std::string& what) {
      if (amount(obstacle) > 0) reasons.Add(std::to_string(amount(obstacle)) + " " + what);
    };
    add(Obstacle::kNoOwner, "without an owner row");
    add(Obstacle::kOwnerUnread, "whose owner's row could not be read (users id " + unread_owners_.Text() +
                                    (unread_.size() == 1 ? "; mend it first)" : "; mend them first)"));
    add(Obstacle::kOwnerPerhapsUnread, "whose owner may be among the users that could not be read (mend them first)");
    add(Obstacle::kOwnerGroupEmpty, "whose owner has no group either");
    add(Obstacle::kOwnerGroupUnserved, "whose owner's group no enabled channel serves");
    return reasons.Text();
  }

  std::string WayOut(std::size_t left) {
    const std::size_t awaiting = amount(Obstacle::kOwnerUnread) + amount(Obstacle::kOwnerPerhapsUnread);
    if (left == awaiting) return "";
    const std::string group = Quoted(evidence_.policy().groups.default_group);
    if (!default_is_served())
      return "; the default group " + group + " is not served either: enable a channel for it first";
    return "; assume_default (--assume-default) makes " + std::string(awaiting == 0 ? "them " : "the others ") + group;
  }

  const Evidence& evidence_;
  TokenRequests requests_;
  Growing growing_;
  std::size_t enabled_tokens_ = 0;
  std::size_t others_ = 0;  // empty too, and not enabled
  std::size_t null_ = 0;
  std::size_t void_ = 0;
  std::size_t blank_ = 0;
  std::size_t stranded_tokens_ = 0;  // whose every request fails
  std::size_t obstacles_[kObstacles] = {};
  absl::flat_hash_set<std::int64_t> unread_;  // owners
  BoundedList unread_owners_{kShownOwners};
  std::optional<FailingRequest> example_;
};

}  // namespace

void CheckTokenEmptyGroup(const Evidence& evidence, Findings& findings) { EmptyGroupCheck(evidence).Run(findings); }

}  // namespace pointsman::inline v0
