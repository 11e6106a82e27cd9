#include "table/content_hash.h"

#include <bit>

namespace pointsman::inline v0 {
namespace {

constexpr std::uint64_t kC1 = 0x87c37b91114253d5u;
constexpr std::uint64_t kC2 = 0x4cf5ad432745937fu;

std::uint64_t MixFirst(std::uint64_t k) { return std::rotl(k * kC1, 31) * kC2; }
std::uint64_t MixSecond(std::uint64_t k) { return std::rotl(k * kC2, 33) * kC1; }

std::uint64_t Finish(std::uint64_t k) {
  k = (k ^ (k >> 33)) * 0xff51afd7ed558ccdu;
  k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53u;
  return k ^ (k >> 33);
}

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

void AddTiers(const TableData& data, WordHasher& hash) {
  hash.Add(data.tiers.size());
  for (const TierRecord& tier : data.tiers) {
    hash.Add(Word(tier.priority));
    hash.Add(tier.next);
    hash.Add(tier.size);
    for (std::uint32_t i = tier.begin; i < tier.begin + tier.size; ++i) {
      hash.Add(data.candidates[i].channel);
      hash.Add(data.candidates[i].weight);
    }
  }
}

void AddRoutes(const TableData& data, WordHasher& hash) {
  hash.Add(data.routes.size());
  for (const RouteRecord& route : data.routes) {
    for (const std::uint32_t word : {route.group, route.model, route.first_tier, route.out_size}) hash.Add(word);
    for (std::uint32_t i = route.out_begin; i < route.out_begin + route.out_size; ++i) {
      const OutRecord& out = data.outs[i];
      hash.Add(Word(out.priority));
      for (const std::uint32_t word : {out.channel, out.weight, static_cast<std::uint32_t>(out.status)}) hash.Add(word);
    }
  }
}

}  // namespace

void WordHasher::Add(std::uint64_t word) {
  if (words_++ % 2 == 0) {
    pending_ = word;
    return;
  }
  h1_ = (std::rotl(h1_ ^ MixFirst(pending_), 27) + h2_) * 5 + 0x52dce729;
  h2_ = (std::rotl(h2_ ^ MixSecond(word), 31) + h1_) * 5 + 0x38495ab5;
}

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

std::string WordHasher::Hex() const {
  std::uint64_t h1 = h1_;
  std::uint64_t h2 = h2_;
  if (words_ % 2 == 1) h1 ^= MixFirst(pending_);
  h1 ^= words_ * 8;
  h2 ^= words_ * 8;
  h1 += h2;
  h2 += h1;
  h1 = Finish(h1);
  h2 = Finish(h2);
  h1 += h2;
  h2 += h1;
  std::string hex;
  for (const std::uint64_t half : {h1, h2}) {
    for (int shift = 60; shift >= 0; shift -= 4) hex += "0123456789abcdef"[half >> shift & 15];
  }
  return hex;
}

std::string ContentHash(const TableData& data) {
  WordHasher hash;
  hash.Add(std::string_view("pointsman v1"));
  AddPolicy(data.policy, hash);
  hash.Add(static_cast<std::uint64_t>(data.believed));
  AddChannels(data, hash);
  AddNames(data.groups, hash);
  AddNames(data.models, hash);
  AddTiers(data, hash);
  AddRoutes(data, hash);
  return "v1:" + hash.Hex();
}

}  // namespace pointsman::inline v0
