#include "table/content_hash.h"

#include <cstddef>

namespace pointsman::inline v0 {
namespace {

std::uint64_t Word(std::int64_t number) { return static_cast<std::uint64_t>(number); }

void AddPolicy(const Policy& policy, WordHasher& hash) {
  hash.Add(policy.groups.default_group);
  hash.Add(static_cast<std::uint64_t>(policy.groups.empty_group));
  hash.Add(static_cast<std::uint64_t>(policy.source));
}

void AddChannels(const TableData& data, WordHasher& hash) {
  hash.Add(data.channels.size());
  for (const ChannelRecord& channel : data.channels) {
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

void AddRoutes(std::span<const RouteDigest> routes, WordHasher& hash) {
  hash.Add(routes.size());
  for (const RouteDigest& route : routes) {
    hash.Add(std::uint64_t{route.group});
    hash.Add(std::uint64_t{route.model});
    hash.Add(route.first_tier.first);
    hash.Add(route.first_tier.second);
  }
}

void AddOuts(const TableData& data, WordHasher& hash) {
  hash.Add(data.outs.size());
  for (const OutRecord& out : data.outs) {
    hash.Add(std::uint64_t{out.group});
    hash.Add(std::uint64_t{out.model});
    hash.Add(Word(out.priority));
    hash.Add(std::uint64_t{out.channel});
    hash.Add(std::uint64_t{out.weight});
    hash.Add(static_cast<std::uint64_t>(out.status));
  }
}

}  // namespace

void WordHasher::Add(std::string_view text) {
  Add(static_cast<std::uint64_t>(text.size()));
  for (std::size_t at = 0; at < text.size(); at += 8) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8 && at + i < text.size(); ++i) {
      word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[at + i])) << (8 * i);
    }
    Add(word);
  }
}

std::string Digest::Hex() const {
  std::string hex;
  for (const std::uint64_t half : {first, second}) {
    for (int shift = 60; shift >= 0; shift -= 4) hex += "0123456789abcdef"[half >> shift & 15];
  }
  return hex;
}

std::string ContentHash(const TableData& data, std::span<const RouteDigest> routes) {
  WordHasher hash;
  hash.Add(std::string_view("pointsman v1"));
  AddPolicy(data.policy, hash);
  hash.Add(static_cast<std::uint64_t>(data.believed));
  AddChannels(data, hash);
  AddNames(data.groups, hash);
  AddNames(data.models, hash);
  AddRoutes(routes, hash);
  AddOuts(data, hash);
  return "v1:" + hash.Finish().Hex();
}

}  // namespace pointsman::inline v0
