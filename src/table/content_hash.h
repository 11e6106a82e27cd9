// ContentHash: one short word for all that a table serves, the same wherever and in whatever order it was built.
//
//   data.content_hash = ContentHash(data);     // "v1:5f1d…"
//
// Version 1 is MurmurHash3 x64 128 (Austin Appleby, public domain), seed 0, over the following 64-bit little-endian words.
// A text is its length in bytes, then its bytes, filled up with zeros to whole words.
//
//   "pointsman v1", policy (default group, empty group, source), believed source
//   channels: count, each id, type, status, cookie, enabled, name, tag
//   groups: count, each name       models: count, each name
//   tiers: count, each priority, next, size, and per candidate channel, weight
//   routes: count, each group, model, first tier, number out, and per one out priority, channel, weight, status
//
// Not cryptographic: it tells tables apart, it does not resist somebody who forges one.
// Thread safety: thread-safe (a pure function). Cost: O(table), about a nanosecond a word.
#ifndef POINTSMAN_SRC_TABLE_CONTENT_HASH_H_
#define POINTSMAN_SRC_TABLE_CONTENT_HASH_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "table/table_data.h"

namespace pointsman::inline v0 {

std::string ContentHash(const TableData& data);

// MurmurHash3 x64 128 over a stream of words.
class WordHasher {
 public:
  void Add(std::uint64_t word);
  void Add(std::string_view text);
  std::string Hex() const;  // 32 digits: the two halves, first half first

 private:
  std::uint64_t h1_ = 0;
  std::uint64_t h2_ = 0;
  std::uint64_t pending_ = 0;
  std::uint64_t words_ = 0;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_CONTENT_HASH_H_
