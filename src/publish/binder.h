// Binder: what a router adds to a table before it becomes current: numbers for handles, names that outlive the table,
// and the channels' slots.
//
//   Binder binder(state_options);
//   Published next = binder.Bind(table, today);
//
// Most publishes change neither names nor channels; then these are today's.
//
// Thread safety: thread-compatible, apart from slots(): a publisher asks for its lock. Cost: O(names + channels) where
// they changed, else a comparison of them.
#ifndef POINTSMAN_SRC_PUBLISH_BINDER_H_
#define POINTSMAN_SRC_PUBLISH_BINDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/channel_state.h"
#include "pointsman/route_table.h"
#include "publish/choice_source.h"
#include "publish/name_store.h"
#include "publish/published.h"
#include "state/channel_slots.h"

namespace pointsman::inline v0 {

class Binder {
 public:
  explicit Binder(const ChannelStateOptions& options) : slots_(std::make_shared<ChannelSlots>(options)) {}

  // `table` with what belongs to it here, as the generation after today's.
  Published Bind(std::shared_ptr<const RouteTable> table, const Published& today);

  // The number of a group or model that was ever bound; kNoIndex for others.
  std::uint32_t GroupNumber(std::string_view group) const { return group_names_.Find(group); }
  std::uint32_t ModelNumber(std::string_view model) const { return model_names_.Find(model); }
  const std::string& ModelName(std::uint32_t number) const { return model_names_.name(number); }

  ChannelSlots& slots() const { return *slots_; }
  // Without what tables share with it.
  std::size_t memory_bytes() const;

 private:
  std::shared_ptr<const BoundNames> BindNames(const TableData& data, const Published& today);
  std::vector<ModelNumbers> BindModels(const TableData& data, const Published& today) const;
  std::shared_ptr<const BoundChannels> BindChannels(const TableData& data);
  void BindChoices(const Published& today, Published& next);

  NameStore group_names_;
  NameStore model_names_;
  const std::shared_ptr<ChannelSlots> slots_;
  std::unique_ptr<LiveChoices> choices_;  // made when it is first needed
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_BINDER_H_
