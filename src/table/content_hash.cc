#include "table/content_hash.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "policy/policy_words.h"

namespace pointsman::inline v0 {
namespace {

std::uint64_t Word(std::int64_t number) { return static_cast<std::uint64_t>(number); }

void AddChannels(const TableData& data, WordHasher& hash) {
  hash.Add(data.channels.size() - data.removed_channels);
  for (const ChannelRecord& channel : data.channels) {
    if (channel.removed) continue;
    for (const std::uint64_t word : {Word(channel.id), Word(channel.type), Word(channel.status), channel.cookie,
                                     static_cast<std::uint64_t>(channel.enabled)}) {
      hash.Add(word);
    }
    hash.Add(channel.name);
    hash.Add(channel.tag);
  }
}

void AddNames(const std::vector<std::string_view>& names, WordHasher& hash) {
  hash.Add(names.size());
  for (const std::string_view name : names) hash.Add(name);
}

void AddOuts(const TableData& data, WordHasher& hash) {
  hash.Add(data.outs.size());
  for (const OutRecord& out : data.outs) {
    hash.Add(std::uint64_t{out.group});
    hash.Add(std::uint64_t{out.model});
    hash.Add(Word(out.priority));
    hash.Add(Word(data.channels[out.channel].id));
    hash.Add(std::uint64_t{out.weight});
    hash.Add(static_cast<std::uint64_t>(out.status));
  }
}

void AddMixed(const TableData& data, WordHasher& hash) {
  hash.Add(data.mixed.size());
  for (const MixedRecord& mixed : data.mixed) {
    hash.Add(std::uint64_t{mixed.group});
    hash.Add(std::uint64_t{mixed.model});
    hash.Add(Word(data.channels[mixed.channel].id));
    hash.Add(Word(mixed.priority));
  }
}

// At the end and only where there are any, so that a table without them hashes as it did before these were known.
void AddKeys(const TableData& data, WordHasher& hash) {
  const auto has_keys = [](const ChannelRecord& channel) { return !channel.removed && channel.keys.count != 0; };
  const auto count = std::count_if(data.channels.begin(), data.channels.end(), has_keys);
  if (count == 0) return;
  hash.Add(static_cast<std::uint64_t>(count));
  for (const ChannelRecord& channel : data.channels) {
    if (!has_keys(channel)) continue;
    hash.Add(Word(channel.id));
    hash.Add(std::uint64_t{channel.keys.count});
    hash.Add(channel.keys.disabled.size());
    for (const KeyStatus& key : channel.keys.disabled) {
      hash.Add(std::uint64_t{key.index});
      hash.Add(Word(key.status));
    }
  }
}

}  // namespace

Digest TierDigest(const TableData& data, std::span<const WeightedChannel> candidates, std::uint32_t priority,
                  const Digest& next) {
  WordPairHasher hash;
  hash.Add(Word(data.priorities[priority]), next.first);
  hash.Add(next.second, candidates.size());
  for (const WeightedChannel& c : candidates) hash.Add(Word(data.channels[c.channel].id), c.weight);
  return hash.Finish();
}

std::string ContentHash(const TableData& data) {
  WordHasher hash;
  hash.Add(std::string_view("pointsman v1"));
  AddPolicy(data.policy, hash);
  hash.Add(static_cast<std::uint64_t>(data.believed));
  AddChannels(data, hash);
  AddNames(data.groups, hash);
  AddNames(data.models, hash);
  hash.Add(data.listed_routes);
  hash.Add(data.routes_digest.first);
  hash.Add(data.routes_digest.second);
  AddOuts(data, hash);
  AddMixed(data, hash);
  AddKeys(data, hash);
  return "v1:" + hash.Finish().Hex();
}

}  // namespace pointsman::inline v0
