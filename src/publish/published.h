// Published: a table together with what its router bound to it when it was published. Immutable.
#ifndef POINTSMAN_SRC_PUBLISH_PUBLISHED_H_
#define POINTSMAN_SRC_PUBLISH_PUBLISHED_H_

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "pointsman/route_table.h"
#include "state/channel_slots.h"

namespace pointsman::inline v0 {

// Everything about a drawn channel, on one cache line.
struct BoundChannel {
  const SlotWord* word = nullptr;
  std::int64_t id = 0;
  std::uint64_t cookie = 0;
};

class ChoiceSource;

// What numbers of models meant from a generation on.
struct ModelNumbers {
  std::uint64_t since = 0;
  std::shared_ptr<const std::vector<std::string_view>> names;  // in the router's store
};

// What a router binds to the names of a table. Tables with the same names, and the same groups by chance, share it.
struct BoundNames {
  // Beside the number of a group whose candidates are not chosen by chance: the usual selection stumbles over it.
  static constexpr std::uint32_t kBalanced = 0x80000000u;

  std::vector<std::string_view> groups;  // as TableData::groups, but in the router's store: outlives the table
  // By the number of a handle, from that one on: the group's number here (and kBalanced), or kNoIndex.
  std::uint32_t first_group_handle = 0;
  std::vector<std::uint32_t> group_of_handle;
  std::vector<std::uint32_t> model_of_handle;
  // Now, and before that a few times: an attempt ends under a later table than it began.
  static constexpr std::size_t kMostModelNumbers = 8;
  std::vector<ModelNumbers> models;  // the latest first
};

// And to its channels.
struct BoundChannels {
  std::vector<BoundChannel> channels;  // as TableData::channels
  std::vector<SlotState*> states;      // likewise
  SlotBinding slots;
};

// A model that is left out of a channel, where the words are frozen. Both are numbers of the table.
struct ModelOut {
  std::uint32_t channel = 0;
  std::uint32_t model = 0;
  bool by_hand = false;  // else it cools down
  std::int64_t recovers_in = 0;

  friend auto operator<=>(const ModelOut&, const ModelOut&) = default;
};

// How a channel stands where the words are frozen: usually, and where those who cool down serve.
struct Stand {
  Availability strict;
  Availability lenient;
};

struct Published {
  std::shared_ptr<const RouteTable> table;
  const TableData* data = nullptr;  // the table's, without the way through it
  std::uint64_t generation = 0;
  // What is in the two below, without the way through them.
  std::span<const BoundChannel> channels;
  std::span<const std::string_view> group_names;
  std::span<SlotState* const> states;          // none where the words are frozen
  std::span<const Stand> stands;               // where they are: of each channel
  std::span<const ModelOut> models_out;        // likewise, in order
  const ChannelStateOptions* state = nullptr;  // of the router; null where none serves the table
  ChoiceSource* choices = nullptr;             // where some group needs it
  std::uint32_t first_group_handle = 0;
  std::span<const std::uint32_t> group_of_handle;
  std::span<const std::uint32_t> model_of_handle;
  std::shared_ptr<const BoundNames> bound_names;  // null before the first publish, as is the other
  std::shared_ptr<const BoundChannels> bound_channels;
};

// The listed name that had this number in that generation. Empty where nobody knows any more.
std::string_view ModelNamed(const Published& published, std::uint64_t generation, std::uint32_t model) noexcept;

// A table that no router serves, for those who ask what a selection from it would do: every channel is in order.
Published Unserved(std::shared_ptr<const RouteTable> table);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_PUBLISHED_H_
