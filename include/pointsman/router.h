// Router: holds the current route table, answers requests from it, and replaces it while others ask. START HERE.
//
//   pointsman::Router router;
//   pointsman::SqliteLoader loader("one-api.db");
//   absl::StatusOr<pointsman::BuildReport> built = router.Reload(loader);
//
//   const pointsman::Request request{.group = token.group, .user_group = user.group, .model = "gpt-4o"};
//   if (pointsman::Selection s = router.Select(request)) router.Report(s, Send(s.channel_id()));
//   else Fail(503, router.Explain(request).Text(pointsman::Language::kEnglish));
//
// A first selection draws from the highest tier that has an eligible candidate; each candidate's probability is its
// weight divided by the tier's sum, exactly, in integers.
//
// Thread safety: thread-safe, all of it. Publish and Reload may race: an older build never replaces a newer one.
// Cost: Select is two name lookups and one draw in constant time, whatever the number of routes and candidates; no
// allocation, no clock. It takes no lock and writes no memory that threads share; a thread's first call allocates 128
// bytes. While channels of the route are not in order it may take O(candidates) and read the clock; serving from one
// that has limits writes a line that threads share.
// Failing is as cheap as succeeding: texts are made only by Explain.
// Publishing waits for no reader, and frees what nobody reads.
// Limits: a Snapshot keeps its table's memory alive. Destroy a router only when nobody is inside a call to it. After a
// fork the child may select, and publish if no other thread was publishing.
#ifndef POINTSMAN_ROUTER_H_
#define POINTSMAN_ROUTER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pointsman/attempts.h"
#include "pointsman/channel_state.h"
#include "pointsman/compile.h"
#include "pointsman/distribution.h"
#include "pointsman/dump.h"
#include "pointsman/explain.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/outcome.h"
#include "pointsman/patch.h"
#include "pointsman/policy.h"
#include "pointsman/random.h"
#include "pointsman/request.h"
#include "pointsman/route_counts.h"
#include "pointsman/route_table.h"
#include "pointsman/selection.h"

namespace pointsman::inline v0 {

// A held table: the one form that may be kept and moved between threads. Immutable.
struct Snapshot {
  std::shared_ptr<const RouteTable> table;  // empty before the first publish, never null
  std::uint64_t generation = 0;             // 0 before the first publish
};

struct AskedGroup;  // internal

// A group and a model whose names were looked up before, so that a selection need not. Plain values of two words, valid
// as long as the router that gave them, whatever is published meanwhile.
class GroupHandle {
 private:
  friend class Router;
  GroupHandle(std::uint32_t number, const AskedGroup& asked) : number_(number), asked_(&asked) {}
  std::uint32_t number_;
  const AskedGroup* asked_;  // in the router's store
};
class ModelHandle {
 private:
  friend class Router;
  ModelHandle(std::uint32_t number, const std::string& name) : number_(number), name_(&name) {}
  std::uint32_t number_;
  const std::string* name_;  // likewise
};

// A table that was loaded and compiled and is not current yet: from Prepare, for Publish.
struct Prepared {
  std::shared_ptr<const RouteTable> table;
  BuildReport report;        // its generation is 0 until the table is published
  std::uint64_t ticket = 0;  // orders builds by when they began to load
};

// What rows that were loaded are compiled under, instead of `usual`, which is the router's policy as it is for a
// reload. An error fails the load.
using PolicyForRows = std::function<absl::StatusOr<Policy>(const Rows& rows, Policy usual)>;

// Whether Publish of what was prepared refuses a table that lost too many routes: RouterOptions::max_lost_share.
enum class Guard : std::uint8_t { kRefuseLoss, kAcceptLoss };

struct RouterOptions {
  // Called with a table that is about to become current, while no other publish can happen. An error refuses it.
  // Lets a host prepare its own map of channels first. Must not call Publish, Patch or Reload.
  std::function<absl::Status(const RouteTable&)> before_publish{};

  // Reload refuses (FailedPrecondition) a table in which more than this share of the serving routes of the current
  // one no longer serve: a database that was emptied for a moment is not a change of mind. 1 switches the guard off.
  double max_lost_share = 0.5;

  // Cooldowns, limits and time: channel_state.h. Publish refuses what cannot be (InvalidArgument).
  ChannelStateOptions state{};

  // How many of the decisions that SelectRecorded made are kept for Dump, the latest ones. 0: none. What they take is
  // not part of memory_bytes.
  std::size_t recent_decisions = 0;

  // How many groups, models and channels Report counts apart, for RouteCounts. 0: it counts none. About 300 bytes each.
  std::size_t most_route_counts = 0;
};

class POINTSMAN_EXPORT Router {
 public:
  explicit Router(Policy policy = {}, RouterOptions options = {});
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Which channel serves this request, or why none does.
  Selection Select(const Request& request) const noexcept;
  Selection Select(const Request& request, RandomBits bits) const noexcept;

  // The next attempt of a walk: something else than `attempts` hold, to which it is added. See attempts.h.
  // kExhausted, kBudgetSpent or kAttemptLimit when the walk is over. The table may change from one attempt to the next.
  Selection Select(const Request& request, Attempts& attempts) const noexcept;
  Selection Select(const Request& request, Attempts& attempts, RandomBits bits) const noexcept;

  // The same selections, with everything that they depended on written into `record` (decision.h), and kept among the
  // recent decisions if RouterOptions wants that. `attempts` may be null. The same words give the same answer again, by
  // ReplayDecision; the selections above may use theirs in another order.
  // Cost: O(channels + candidates of the plan), and it allocates: not for every request.
  Selection SelectRecorded(const Request& request, Attempts* attempts, RandomBits bits, DecisionRecord& record) const;

  // For a host that knows a group once per token and a model once per request: the same selection without the names,
  // that of a lone request for this group, on behalf of this user group.
  // Nothing where the name is in no table that was ever published here: ask again after a publish, or select by name.
  // FindGroup applies the rule for empty groups, resolves aliases and asks whether the user group may use the group.
  // When a policy is published that says something else of groups, the handle is looked up by its names at each
  // selection: the answer is the new policy's, and takes as long as by names until the handle is found anew. Cost: a
  // lock and a lookup, and each pair of groups that was found is kept; not for each selection.
  std::optional<GroupHandle> FindGroup(std::string_view group, std::string_view user_group = {}) const;
  std::optional<ModelHandle> FindModel(std::string_view model) const;
  Selection Select(GroupHandle group, ModelHandle model) const noexcept;
  Selection Select(GroupHandle group, ModelHandle model, RandomBits bits) const noexcept;

  // How the attempt ended: what it means for the channel's state is in channel_state.h. Consumes what the selection
  // reserved; its values stay readable. Only the first report of a selection counts; one without a channel, or of a
  // channel that has vanished meanwhile, changes nothing. Cost: a lookup and the channel's own lock; reads the clock.
  void Report(Selection& selection, const Outcome& outcome);
  // The same of an attempt of a walk: where it failed by the key's fault and the channel has several keys, the next
  // selection with these attempts is that channel with a key that was not tried, if there is one.
  void Report(Selection& selection, const Outcome& outcome, Attempts& attempts);

  // Takes a channel out of every selection that begins afterwards, and puts it back. Survives publishes; ends with the
  // channel's last table, or when the note says. False for a channel that no published table has. Switches only take
  // away from what the rows enable. Cost: two locks and a store.
  bool SwitchOff(std::int64_t channel_id, const SwitchNote& note = {});
  bool SwitchOn(std::int64_t channel_id);
  // For one listed model alone; other models of the channel go on. Switching it on ends a cooldown of the pair too.
  // NotFound for an unknown channel, ResourceExhausted if 16 models of it are switched off already.
  absl::Status SwitchOff(std::int64_t channel_id, std::string_view model, const SwitchNote& note = {});
  bool SwitchOn(std::int64_t channel_id, std::string_view model);
  // For every channel with this tag, now and in later tables. Apart from their own switches. Cost: O(members).
  void SwitchOffTag(std::string_view tag, const SwitchNote& note = {});
  void SwitchOnTag(std::string_view tag);

  // What a channel may take on, from now on and in later tables; the default limits it by nothing. InvalidArgument for
  // negative numbers.
  absl::Status SetLimits(std::int64_t channel_id, const ChannelLimits& limits);

  // Forgets what was learned of a channel from outcomes, what it owes to a rate included: its key was replaced, say.
  // Switches and limits stay. False as above.
  bool ResetState(std::int64_t channel_id);

  // How every channel of the published tables stands, in order of id; and the same taken over from another process or
  // from before a restart: cooldowns, switches, limits, models and counts, but not what is in flight. What is not
  // limited there keeps the limits that it has here; limits that SetLimits refuses are left out. A tag's switch holds
  // for the channels that are named, until SwitchOnTag. Returns how many of them are known here: publish first. Cost:
  // O(channels).
  std::vector<ChannelStatus> ChannelStates() const;
  std::size_t ImportChannelStates(std::span<const ChannelStatus> states);

  // How attempts ended by group, model and channel (route_counts.h), in that order. Empty unless RouterOptions wants
  // them. Cost: O(counts), under locks that reports of the same channels wait for.
  std::vector<RouteCount> RouteCounts() const;

  // Calls `use(const RouteTable&)` with the current table, which does not change or end during the call, and returns
  // what it returns. Before the first publish the table is empty. A fiber that may go on in another thread must not be
  // suspended inside `use`; it can keep a Snapshot.
  template <class Use>
  decltype(auto) Read(Use&& use) const;

  // The current table, to keep.
  Snapshot TakeSnapshot() const;

  // What is served at this moment, to be written down (load/dump.h) and looked at elsewhere. Cost: O(channels).
  RouterDump Dump() const;

  // Why, step by step: what a selection for this request would do now, from the current table.
  Explanation Explain(const Request& request, const Caller* caller = nullptr) const;
  // The same for the next attempt of a walk.
  Explanation Explain(const Request& request, const Attempts& attempts, const Caller* caller = nullptr) const;

  // The exact shares of the next selection, and of a later attempt of a walk, with the channels' state as it is now:
  // see distribution.h.
  Distribution Distribute(const Request& request, const Attempts* attempts = nullptr) const;
  absl::StatusOr<AttemptDistribution> DistributeAttempt(const Request& request, std::size_t attempt,
                                                        const Attempts* attempts = nullptr) const;

  // Makes `table` current. Returns its generation, which is larger than any before.
  // InvalidArgument for null; whatever before_publish returns.
  absl::StatusOr<std::uint64_t> Publish(std::shared_ptr<const RouteTable> table);

  // Publishes the current table with a few channels changed: v0::Patch, and its errors. A Reload that began to load
  // before is refused afterwards, since it may not know of the change.
  absl::StatusOr<std::uint64_t> Patch(std::span<const ChannelChange> changes);

  // Loads, compiles with the router's policy and publishes. On any error the last good table stays current:
  // the loader's error, InvalidArgument for the policy, Aborted when a newer build was published meanwhile,
  // FailedPrecondition when the guard refuses the table. `wanted.deadline` bounds the loading.
  absl::StatusOr<BuildReport> Reload(Loader& loader, const Wanted& wanted = {});

  // Reload in two steps, for who looks at a table before it becomes current, as a Refresher does. Errors are Reload's,
  // and those of `policy_for`, if that is given. Publish fills in the report's generation and returns it.
  absl::StatusOr<Prepared> Prepare(Loader& loader, const Wanted& wanted = {},
                                   const PolicyForRows& policy_for = nullptr) const;
  absl::StatusOr<std::uint64_t> Publish(Prepared& prepared, Guard guard = Guard::kRefuseLoss);

  const Policy& policy() const;

  // All that the router retains: the current table, names and channel state. Estimated from the sizes of its arrays.
  // Not in it: older tables that somebody still reads.
  std::size_t memory_bytes() const;

 private:
  class Impl;
  using Visit = void (*)(void* use, const RouteTable& table);
  void ReadErased(Visit visit, void* use) const;

  std::unique_ptr<Impl> impl_;
};

template <class Use>
decltype(auto) Router::Read(Use&& use) const {
  using Result = std::invoke_result_t<Use&, const RouteTable&>;
  if constexpr (std::is_void_v<Result>) {
    ReadErased([](void* u, const RouteTable& t) { (*static_cast<std::remove_reference_t<Use>*>(u))(t); },
               const_cast<void*>(static_cast<const void*>(std::addressof(use))));
  } else {
    static_assert(!std::is_reference_v<Result>, "return a value: a reference into the table would outlive the read");
    std::optional<Result> result;
    auto keep = [&](const RouteTable& table) { result.emplace(use(table)); };
    ReadErased([](void* u, const RouteTable& t) { (*static_cast<decltype(keep)*>(u))(t); }, &keep);
    return Result(std::move(*result));
  }
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_ROUTER_H_
