// ContentHash: one short word for all that a table serves, the same wherever, in whatever order and layout it was
// built.
//
//   data.content_hash = ContentHash(data, routes);     // "v1:5f1d…"
//
// Version 1 is MurmurHash3 x64 128 (Austin Appleby, public domain), seed 0, over the following 64-bit words, each taken
// as its eight little-endian bytes. A text is its length in bytes, then its bytes, filled up with zeros to whole words.
//
//   "pointsman v1", policy (default group, empty group, source), believed source
//   channels: count, each id, type, status, cookie, enabled, name, tag
//   groups: count, each name       models: count, each name
//   routes: count, each group, model, the two halves of its first tier's digest (0 and 0 if all candidates are out)
//   out: count, each group, model, priority, channel, weight, status
//
// A tier's digest is the same hash over: priority, the two halves of the next lower tier's digest (0 and 0 if there is
// none), the number of candidates, and per candidate its channel and weight. Groups, models and channels are given by
// their place in the sorted lists.
//
// Not cryptographic: it tells tables apart, it does not resist somebody who forges one.
// Thread safety: thread-safe (pure functions). Cost: O(table), about a nanosecond a word.
#ifndef POINTSMAN_SRC_TABLE_CONTENT_HASH_H_
#define POINTSMAN_SRC_TABLE_CONTENT_HASH_H_

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "table/table_data.h"

namespace pointsman::inline v0 {

struct Digest {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::string Hex() const;  // 32 digits
};

// MurmurHash3 x64 128 over a stream of pairs of words.
class WordPairHasher {
 public:
  void Add(std::uint64_t first, std::uint64_t second) {
    h1_ = (std::rotl(h1_ ^ MixFirst(first), 27) + h2_) * 5 + 0x52dce729;
    h2_ = (std::rotl(h2_ ^ MixSecond(second), 31) + h1_) * 5 + 0x38495ab5;
    bytes_ += 16;
  }
  Digest Finish() const { return Finish(h1_, bytes_); }
  // The digest of one word more.
  Digest FinishWith(std::uint64_t last) const { return Finish(h1_ ^ MixFirst(last), bytes_ + 8); }

 private:
  static constexpr std::uint64_t kC1 = 0x87c37b91114253d5u;
  static constexpr std::uint64_t kC2 = 0x4cf5ad432745937fu;
  static std::uint64_t MixFirst(std::uint64_t k) { return std::rotl(k * kC1, 31) * kC2; }
  static std::uint64_t MixSecond(std::uint64_t k) { return std::rotl(k * kC2, 33) * kC1; }
  static std::uint64_t Scramble(std::uint64_t k) {
    k = (k ^ (k >> 33)) * 0xff51afd7ed558ccdu;
    k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53u;
    return k ^ (k >> 33);
  }
  Digest Finish(std::uint64_t first, std::uint64_t bytes) const {
    std::uint64_t second = h2_ ^ bytes;
    first = (first ^ bytes) + second;
    second += first;
    first = Scramble(first);
    second = Scramble(second);
    first += second;
    return {.first = first, .second = second + first};
  }

  std::uint64_t h1_ = 0;
  std::uint64_t h2_ = 0;
  std::uint64_t bytes_ = 0;
};

// The same over single words and texts.
class WordHasher {
 public:
  void Add(std::uint64_t word) {
    if (half_) pairs_.Add(pending_, word);
    pending_ = word;
    half_ = !half_;
  }
  void Add(std::string_view text);
  Digest Finish() const { return half_ ? pairs_.FinishWith(pending_) : pairs_.Finish(); }

 private:
  WordPairHasher pairs_;
  std::uint64_t pending_ = 0;
  bool half_ = false;
};

struct RouteDigest {
  std::uint32_t group = 0;
  std::uint32_t model = 0;
  Digest first_tier;
};

// `routes` are all that are listed, sorted by group and model.
std::string ContentHash(const TableData& data, std::span<const RouteDigest> routes);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_CONTENT_HASH_H_
