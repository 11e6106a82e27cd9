#include "workloads/workload.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "pointsman/random.h"

namespace pointsman::bench {
namespace {

constexpr std::array<std::string_view, 7> kGroupStems = {
    "team-", "customer-", "partner-region-", "vip-", "reseller-emea-", "internal-service-", "plan-pro-"};
constexpr std::array<std::string_view, 9> kModelStems = {"gpt-4o-",        "claude-sonnet-", "gemini-2.5-flash-",
                                                         "deepseek-v3-",   "qwen-max-",      "o3-",
                                                         "llama-3.3-70b-", "mistral-large-", "text-embedding-"};

// A stem and a number, padded to between 15 and 27 bytes: 21 on average.
std::string Name(std::string_view stem, std::size_t index) {
  const std::size_t length = 15 + 2 * (index % 7);
  const std::string digits = std::to_string(index);
  std::string name(stem.substr(0, length - 5));
  name.append(length - name.size() - digits.size(), '0');
  return name + digits;
}

constexpr std::array<std::string_view, 4> kShortGroups = {"default", "vip", "svip", "free"};
constexpr std::array<std::string_view, 8> kShortModels = {"gpt-4o",    "claude-3-opus", "o3-mini", "gpt-4-turbo",
                                                          "qwen-plus", "deepseek-chat", "glm-4",   "gemini-pro"};

// The name itself the first time around, then with a number.
template <std::size_t count>
std::string ShortName(const std::array<std::string_view, count>& names, std::size_t index) {
  std::string name(names[index % count].substr(0, 12));
  if (index < count) return std::string(names[index]);
  return name + "-" + std::to_string(index / count);
}

// A well mixed function of two numbers.
std::uint64_t Mix(std::uint64_t a, std::uint64_t b) { return SplitMix64(SplitMix64(a)() ^ b)(); }

// A number below `bound`; its slight bias does not matter here.
std::uint64_t Below(std::uint64_t bits, std::uint64_t bound) { return (bits >> 32) * bound >> 32; }

}  // namespace

Shape Tiny() { return {.name = "tiny", .groups = 3, .models = 10, .candidates = 3, .tiers = 2, .channels = 8}; }
Shape Typical(Sets sets, RowOrder order) {
  return {.name = sets == Sets::kShared ? "typical, shared sets" : "typical, distinct sets",
          .groups = 200,
          .models = 1000,
          .candidates = 5,
          .tiers = 3,
          .channels = 1500,
          .sets = sets,
          .order = order};
}
Shape Small() { return {.name = "small", .groups = 20, .models = 100, .candidates = 5, .tiers = 3, .channels = 150}; }
Shape SmallShortNames() {
  Shape shape = Small();
  shape.name = "small, short names";
  shape.names = Names::kShort;
  return shape;
}
Shape Huge() {
  return {.name = "huge",
          .groups = 500,
          .models = 2000,
          .candidates = 5,
          .tiers = 3,
          .channels = 5000,
          .shared_sets = 10000};
}
Shape Wide(std::uint32_t candidates) {
  return {.name = "wide",
          .groups = 10,
          .models = 10,
          .candidates = candidates,
          .tiers = 1,
          .channels = candidates + candidates / 2,
          .sets = Sets::kDistinct};
}

Workload::Workload(const Shape& shape) : shape_(shape), rows_("benchmark") {
  const bool brief = shape.names == Names::kShort;
  for (std::size_t g = 0; g < shape.groups; ++g)
    groups_.push_back(brief ? ShortName(kShortGroups, g) : Name(kGroupStems[g % kGroupStems.size()], g));
  for (std::size_t m = 0; m <= shape.models; ++m)
    models_.push_back(brief ? ShortName(kShortModels, m) : Name(kModelStems[m % kModelStems.size()], m));
  if (!brief) {
    hot_key_ = {.group = shape.groups > 10 ? 10u : 3u % shape.groups,
                .model = 3u % shape.models};  // index % 7 == 3: 21 bytes
  }

  for (std::uint64_t c = 0; c < shape.channels; ++c) {
    const Candidate channel = ChannelAt(c);
    rows_.Add(
        ChannelRow{.id = channel.channel_id, .status = 1, .priority = channel.priority, .weight = channel.weight});
  }
  if (shape.order == RowOrder::kByChannel) {
    AddByChannel();
  } else {
    AddSorted();
  }
}

void Workload::Add(Key key, const Candidate& candidate) {
  rows_.Add(AbilityRow{.group = group(key),
                       .model = model(key),
                       .channel_id = candidate.channel_id,
                       .enabled = 1,
                       .priority = candidate.priority,
                       .weight = candidate.weight});
}

void Workload::AddSorted() {
  const auto sorted = [](std::uint32_t count, const std::vector<std::string>& names) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return names[a] < names[b]; });
    return order;
  };
  const std::vector<std::uint32_t> models = sorted(shape_.models, models_);
  for (const std::uint32_t g : sorted(shape_.groups, groups_)) {
    for (const std::uint32_t m : models) {
      for (const Candidate& c : CandidatesOf({g, m})) Add({g, m}, c);
    }
  }
}

void Workload::AddByChannel() {
  struct Ability {
    Key key;
    Candidate candidate;
  };
  std::vector<std::vector<Ability>> of_channel(shape_.channels);
  for (std::uint32_t m = 0; m < shape_.models; ++m) {
    for (std::uint32_t g = 0; g < shape_.groups; ++g) {
      for (const Candidate& c : CandidatesOf({g, m}))
        of_channel[static_cast<std::size_t>(c.channel_id) - 1].push_back({{g, m}, c});
    }
  }
  for (const std::vector<Ability>& abilities : of_channel) {
    for (const auto& [key, candidate] : abilities) Add(key, candidate);
  }
}

// Channel numbers start at 1; a channel's priority is its number modulo the tiers, its weight 1 to 20.
Candidate Workload::ChannelAt(std::uint64_t index) const {
  return {.channel_id = static_cast<std::int64_t>(index + 1),
          .weight = static_cast<std::uint32_t>(1 + Below(Mix(shape_.seed + 1, index), 20)),
          .priority = static_cast<std::int64_t>(index % shape_.tiers) * 10};
}

// Candidate k of a route belongs to tier k modulo the tiers: 5 in 3 tiers are 2, 2 and 1.
std::vector<Candidate> Workload::CandidatesOf(Key key) const {
  std::uint64_t set = std::uint64_t{key.group} * shape_.models + key.model;
  if (shape_.sets == Sets::kShared) set = Below(Mix(shape_.seed + 2, set), shape_.shared_sets);
  const std::uint64_t per_tier = shape_.channels / shape_.tiers;
  std::vector<std::uint64_t> picked;
  for (std::uint64_t draw = 0; picked.size() < shape_.candidates; ++draw) {
    const std::uint64_t tier = shape_.tiers - 1 - picked.size() % shape_.tiers;
    const std::uint64_t index = Below(Mix(Mix(shape_.seed + 3, set), draw), per_tier) * shape_.tiers + tier;
    if (std::find(picked.begin(), picked.end(), index) == picked.end()) picked.push_back(index);
  }
  std::sort(picked.begin(), picked.end());
  std::vector<Candidate> candidates;
  for (const std::uint64_t index : picked) candidates.push_back(ChannelAt(index));
  return candidates;
}

double Workload::mean_name_bytes() const {
  std::size_t bytes = 0;
  for (const std::string& name : groups_) bytes += name.size();
  for (const std::string& name : models_) bytes += name.size();
  return static_cast<double>(bytes) / static_cast<double>(groups_.size() + models_.size());
}

std::vector<Key> Workload::RandomKeys(std::size_t count) const {
  SplitMix64 bits(shape_.seed + 4);
  std::vector<Key> keys(count);
  for (Key& key : keys) {
    key = {static_cast<std::uint32_t>(Below(bits(), shape_.groups)),
           static_cast<std::uint32_t>(Below(bits(), shape_.models))};
  }
  return keys;
}

// The rank of a uniform u is routes^u, rounded: the continuous form of Zipf's law with exponent 1.
std::vector<Key> Workload::SkewedKeys(std::size_t count) const {
  SplitMix64 bits(shape_.seed + 5);
  std::vector<Key> keys(count);
  const auto routes = static_cast<double>(shape_.routes());
  for (Key& key : keys) {
    const double u = static_cast<double>(bits() >> 11) * 0x1p-53;
    const auto rank = static_cast<std::uint64_t>(std::pow(routes, u));
    const std::uint64_t route = Below(Mix(shape_.seed + 6, rank), shape_.routes());  // popular pairs lie anywhere
    key = {static_cast<std::uint32_t>(route / shape_.models), static_cast<std::uint32_t>(route % shape_.models)};
  }
  return keys;
}

std::vector<Key> Workload::FewKeys(std::size_t count) const {
  std::vector<Key> keys = RandomKeys(count);
  for (Key& key : keys) key = {.group = key.group % 4, .model = key.model % 4};
  return keys;
}

std::vector<Key> Workload::MissingKeys(std::size_t count) const {
  std::vector<Key> keys = RandomKeys(count);
  for (Key& key : keys) key.model = shape_.models;
  return keys;
}

}  // namespace pointsman::bench
