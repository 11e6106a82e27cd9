// How a router selects: the usual paths straight through select/at_once.h, the others in full.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "random/thread_generator.h"
#include "router_impl.h"
#include "select/at_once.h"
#include "select/in_full.h"
#include "select/plan_walk.h"
#include "select/recorded.h"
#include "select/select.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

// A handle can be younger than the table: another thread published meanwhile, and this one still reads the old table.
// One of a group can be too old: its number is below those that count, and so beyond them when that is taken from it.
std::uint32_t PlaceOf(std::span<const std::uint32_t> place_of_handle, std::size_t handle) noexcept {
  return handle < place_of_handle.size() ? place_of_handle[handle] : kNoIndex;
}

RandomBits Erased(ThreadWords) noexcept { return ThreadBits(); }
RandomBits Erased(RandomBits bits) noexcept { return bits; }

// Plain names and switches alone decide, or SelectInFull does.
template <class Bits>
Selection OrInFull(const Published& now, const Request& request, Selection plain, Bits bits) noexcept {
  if (plain.reason() != Reason::kAllCoolingDown) return plain;
  return SelectInFull(now, request, nullptr, Erased(bits));
}

// Where a group does not serve a name at once: the end of it, unless there is more to the policy, the group's name (it
// may be blank) or a channel's state.
template <class Bits>
[[gnu::noinline]] Selection GoOn(const Published& now, const Request& request, Reason reason, Bits bits) noexcept {
  if (!now.data->simple) return SelectInFull(now, request, nullptr, Erased(bits));
  if (reason == Reason::kUnknownGroup) return OrInFull(now, request, SelectByNames(now, request, bits), bits);
  return OrInFull(now, request, Refuse(now, reason), bits);
}

// Names of any length, and whatever else is asked for.
template <class Bits>
Selection WithCare(const Published& now, const Request& request, Bits bits) noexcept {
  return now.data->simple && !AsksForMore(request) ? OrInFull(now, request, SelectByNames(now, request, bits), bits)
                                                   : SelectInFull(now, request, nullptr, Erased(bits));
}

template <class Bits>
[[gnu::noinline, gnu::cold]] Selection SelectWithCare(const TableCell& current, const Request& request,
                                                      Bits bits) noexcept {
  return current.Read([&](const Published& now) noexcept { return WithCare(now, request, bits); });
}

// Handles whose group has no number here, perhaps because the policy has changed since they were found.
template <class Bits>
[[gnu::noinline]] Selection SelectNamesOfHandles(const Published& now, const Request& request, Bits bits) noexcept {
  if (!IsUsual(request)) return WithCare(now, request, bits);
  return SelectAtOnce<UsualNames>(
      now, request, bits, [&now, &request, bits](Reason reason) noexcept { return GoOn(now, request, reason, bits); });
}

// The same by handles: of what they were asked for, as names would have it.
template <class Bits>
[[gnu::noinline]] Selection GoOn(const Published& now, const AskedGroup& group, const std::string& model, Reason reason,
                                 Bits bits) noexcept {
  const Request request{.group = group.group, .user_group = group.user_group, .model = model};
  if (reason == Reason::kUnknownGroup) return SelectNamesOfHandles(now, request, bits);
  if (now.data->simple && reason != Reason::kAllCoolingDown) return Refuse(now, reason);
  return SelectInFull(now, request, nullptr, Erased(bits));
}

template <class Names, class Bits>
[[gnu::always_inline]] inline Selection SelectNames(const TableCell& current, const Request& request,
                                                    Bits bits) noexcept {
  return current.Read([&request, bits](const Published& now) noexcept {
    return SelectAtOnce<Names>(now, request, bits, [&now, &request, bits](Reason reason) noexcept {
      return GoOn(now, request, reason, bits);
    });
  });
}

// Apart from the path of names that are not short, which would pay for the questions about length.
template <class Bits>
[[gnu::noinline, gnu::flatten]] Selection SelectUsual(const TableCell& current, const Request& request,
                                                      Bits bits) noexcept {
  if (!IsUsual(request)) [[unlikely]]
    return SelectWithCare(current, request, bits);
  return SelectNames<UsualNames>(current, request, bits);
}

// A handle's number, and what it was asked for.
template <class Asked>
struct Handle {
  std::size_t number;
  const Asked* asked;
};

template <class Bits>
[[gnu::always_inline]] inline Selection SelectHandles(const TableCell& current, Handle<AskedGroup> group,
                                                      Handle<std::string> model, Bits bits) noexcept {
  return current.Read([group, model, bits](const Published& now) noexcept {
    const std::uint32_t grouped = PlaceOf(now.group_of_handle, group.number - now.first_group_handle);
    const std::uint32_t named = PlaceOf(now.model_of_handle, model.number);
    const auto go_on = [&now, asked = group.asked, name = model.asked, bits](Reason reason) noexcept {
      return GoOn(now, *asked, *name, reason, bits);
    };
    return SelectAtOnce(now, grouped, named, bits, go_on);
  });
}

}  // namespace

[[gnu::flatten]] Selection Router::Select(const Request& request) const noexcept {
  if (!IsPlain(request)) [[unlikely]]
    return SelectUsual(impl_->current(), request, ThreadWords());
  return SelectNames<MiddleNames>(impl_->current(), request, ThreadWords());
}

Selection Router::Select(const Request& request, RandomBits bits) const noexcept {
  if (!IsPlain(request)) [[unlikely]]
    return SelectUsual(impl_->current(), request, bits);
  return SelectNames<MiddleNames>(impl_->current(), request, bits);
}

Selection Router::Select(const Request& request, Attempts& attempts) const noexcept {
  return Select(request, attempts, ThreadBits());
}

Selection Router::Select(const Request& request, Attempts& attempts, RandomBits bits) const noexcept {
  return impl_->current().Read(
      [&](const Published& now) noexcept { return SelectInFull(now, request, &attempts, bits); });
}

Selection Router::SelectRecorded(const Request& request, Attempts* attempts, RandomBits bits,
                                 DecisionRecord& record) const {
  // Held, not read: what this allocates and asks may take its time.
  const std::shared_ptr<const Published> now = impl_->current().Hold();
  Selection selection = SelectAndRecord(*now, request, attempts, bits, record);
  impl_->recent.Keep(record);
  return selection;
}

[[gnu::flatten]] Selection Router::Select(GroupHandle group, ModelHandle model) const noexcept {
  return SelectHandles(impl_->current(), {group.number_, group.asked_}, {model.number_, model.name_}, ThreadWords());
}

Selection Router::Select(GroupHandle group, ModelHandle model, RandomBits bits) const noexcept {
  return SelectHandles(impl_->current(), {group.number_, group.asked_}, {model.number_, model.name_}, bits);
}

std::optional<GroupHandle> Router::FindGroup(std::string_view group, std::string_view user_group) const {
  // The first group of the plan that may be used serves at once; the rest of the plan is for GoOn.
  const Request request{.group = group, .user_group = user_group};
  for (;;) {
    const std::shared_ptr<const Published> now = impl_->current().Hold();
    PlanWalk walk(*now->data, request);
    PlanStop stop;
    if (!walk.Next(stop)) return std::nullopt;
    const std::optional<std::uint32_t> number = impl_->publisher.GroupNumber(stop.name, now->generation);
    if (!number) continue;  // what allowed it is from before a publish
    if (*number == kNoIndex) return std::nullopt;
    return GroupHandle(*number, impl_->asked_groups.Keep(group, user_group));
  }
}

std::optional<ModelHandle> Router::FindModel(std::string_view model) const {
  const std::uint32_t number = impl_->publisher.ModelNumber(model);
  if (number == kNoIndex) return std::nullopt;
  return ModelHandle(number, impl_->publisher.ModelName(number));
}

}  // namespace pointsman::inline v0
