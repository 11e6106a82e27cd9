// Evidence: what every check looks at: the rows, the table that they compile to under the examined lookup, and indexes.
//
// Whether a request fails is always asked of the compiled table, so that doctor and router cannot disagree.
//
// Thread safety: immutable once made. Views and pointers point into the rows, which must outlive it.
#ifndef POINTSMAN_SRC_DOCTOR_EVIDENCE_H_
#define POINTSMAN_SRC_DOCTOR_EVIDENCE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "pointsman/compile.h"
#include "pointsman/doctor.h"
#include "rows/comma_list.h"
#include "rows/row_key.h"
#include "select/intact_table.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

using GroupAndModel = std::pair<std::string_view, std::string_view>;
using PairSet = absl::flat_hash_set<GroupAndModel>;

// Who asks: a request's group, and the group of the user that it is made for. What the policy says about groups, models
// and permission is respected wherever one of these is asked about.
struct Asker {
  std::string_view group;
  std::string_view user_group;

  // A user of the group itself.
  static Asker Of(std::string_view group) { return {.group = group, .user_group = group}; }
  friend auto operator<=>(const Asker&, const Asker&) = default;
};

class Evidence {
 public:
  // InvalidArgument for a policy that cannot be.
  static absl::StatusOr<Evidence> Gather(const Rows& rows, const DoctorOptions& options);
  // The same with a table that is there already; nothing is compiled. REQUIRES: the table outlives it.
  static Evidence Around(const Rows& rows, const DoctorOptions& options, const RouteTable& table);

  // From now on only this channel is of interest; the others are what it is compared with.
  void FocusOn(std::int64_t channel) { focus_ = channel; }
  bool has_focus() const { return focus_.has_value(); }
  bool IsOfInterest(std::int64_t channel) const { return !focus_.has_value() || *focus_ == channel; }
  // Whether some channel of interest lists one of these, as group or as model.
  bool AnyOfInterestLists(std::span<const std::string_view> names) const;

  const Rows& rows() const { return *rows_; }
  const DoctorOptions& options() const { return *options_; }
  const Policy& policy() const { return compiled_.table->policy(); }
  const RouteTable& table() const { return *compiled_.table; }
  const BuildReport& report() const { return compiled_.report; }
  bool believes_abilities() const { return table().believed() == RowSource::kAbilities; }

  // The rows that count: the first of an id. Null where there is none.
  const ChannelRow* FindChannel(std::int64_t id) const;
  const UserRow* FindUser(std::int64_t id) const;

  // Whether the source has a row of that channel at all, be it one that was rejected while loading.
  bool HasChannel(std::int64_t id) const { return FindChannel(id) != nullptr || unloaded_channels_.ids.contains(id); }
  // Whether an ability row of that channel was rejected while loading: such a row is there, but cannot be compared.
  bool HasUnloadedAbilities(std::int64_t channel_id) const { return unloaded_abilities_.contains(channel_id); }
  // Whether some channel's row was rejected while loading.
  bool has_unloaded_channels() const { return unloaded_channels_.any(); }
  // Whether that user's row was rejected while loading; or some user's row that names no id, and may be anybody's.
  bool HasUnloadedUser(std::int64_t id) const { return unloaded_users_.ids.contains(id); }
  bool has_unnamed_users() const { return unloaded_users_.has_unnamed; }
  // Whether the channel's row was fit for the table.
  bool IsUsable(const ChannelRow& channel) const { return table().FindChannel(channel.id).has_value(); }

  // Whether a selection finds a channel.
  bool Serves(const Asker& asker, std::string_view model) const { return intact_->Serves(RequestOf(asker, model)); }
  bool Serves(std::string_view group, std::string_view model) const { return Serves(Asker::Of(group), model); }
  // A channel that such a selection may draw. REQUIRES: Serves(asker, model).
  const ChannelRecord& Server(const Asker& asker, std::string_view model) const;
  // The names of models that a request may give, served or not, in byte order.
  std::span<const std::string_view> model_names() const { return model_names_; }
  // Whether names mean themselves and nothing else: the policy has no plans, permissions or model rules.
  bool is_plain() const { return intact_->data().simple; }

  // The models that an enabled channel serves in the group itself, in byte order.
  std::span<const std::string_view> ServedModels(std::string_view group) const;
  bool ServesGroup(std::string_view group) const { return !ServedModels(group).empty(); }

  // The group in which a request without one is looked up; nothing: it is refused.
  std::optional<std::string_view> ResolveEmpty(std::string_view user_group) const;

 private:
  // Rows that were rejected while loading, by id.
  struct Unloaded {
    absl::flat_hash_set<std::int64_t> ids;
    bool has_unnamed = false;

    void Add(const Rejection& rejection);
    bool any() const { return has_unnamed || !ids.empty(); }
  };

  Evidence() = default;
  void Index();
  void NoteUnloaded();
  void IndexServed();
  static Request RequestOf(const Asker& asker, std::string_view model) {
    return {.group = asker.group, .user_group = asker.user_group, .model = model};
  }

  const Rows* rows_ = nullptr;
  const DoctorOptions* options_ = nullptr;
  std::optional<std::int64_t> focus_;
  Compiled compiled_;
  std::optional<IntactTable> intact_;  // the compiled table
  absl::flat_hash_map<std::int64_t, const ChannelRow*> channels_;
  Unloaded unloaded_channels_;
  Unloaded unloaded_users_;
  absl::flat_hash_set<std::int64_t> unloaded_abilities_;  // by channel
  absl::flat_hash_map<std::int64_t, const UserRow*> users_;
  std::vector<std::string_view> served_;   // models of serving routes, in the order of (group, model)
  std::vector<std::size_t> served_begin_;  // by group of the table, and one more
  std::vector<std::string_view> model_names_;
};

bool IsEnabled(const ChannelRow& channel);
bool IsEnabled(const AbilityRow& ability);
bool IsEnabled(const TokenRow& token);
bool IsEnabled(const UserRow& user);

// The channel in a key such as "(default, runway, 8)".
std::optional<std::int64_t> ChannelOfAbilityKey(std::string_view key);

// Whether the row's group and model can be names at all.
bool HasUsableNames(const AbilityRow& ability);

// Enabled, with a group column, and NULL, '' or blank in it.
bool HasEmptyGroup(const TokenRow& token);

// A channel's lists without the items that are too long for a name.
ItemList ListedGroups(const ChannelRow& channel, const Policy& policy);
ItemList ListedModels(const ChannelRow& channel);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_EVIDENCE_H_
