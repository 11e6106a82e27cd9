// ContentHash: one short word for all that a table serves, the same wherever, in whatever order and layout it was
// built.
//
//   data.routes_digest += RouteDigest(group, model, first_tier);     // for each route
//   data.content_hash = ContentHash(data);                           // "v1:5f1d…"
//
// Version 1 is the WordHasher's digest of the following words:
//
//   "pointsman v1", the policy (policy/policy_words.h), believed source
//   channels: count, each id, type, status, cookie, enabled, name, tag
//   groups: count, each name       models: count, each name
//   routes: count, and the sum (of each half, modulo 2^64) of the routes' digests
//   out: count, each group, model, priority, channel id, weight, status
//   mixed: count, each group, model, channel id, priority
//   keys, if any channel has several: count of those, each channel id, keys, disabled ones, each of these: index,
//   status
//
// A route's digest is that of: group, model, and the two halves of its first tier's digest (0 and 0 if all candidates
// are out). A tier's digest is that of: priority, the two halves of the next lower tier's digest (0 and 0 if there is
// none), the number of candidates, and per candidate its channel id and weight. Groups and models are given by their
// place in the sorted lists.
//
// A sum, so that a table in which few routes changed is hashed without looking at the others.
//
// Not cryptographic: it tells tables apart, it does not resist somebody who forges one.
// Thread safety: thread-safe (pure functions).
// Cost: ContentHash is O(names, channels and candidates that are out); digests are about a nanosecond a word.
#ifndef POINTSMAN_SRC_TABLE_CONTENT_HASH_H_
#define POINTSMAN_SRC_TABLE_CONTENT_HASH_H_

#include <cstdint>
#include <span>
#include <string>

#include "table/table_data.h"
#include "table/word_hasher.h"

namespace pointsman::inline v0 {

// `priority` is a number of TableData::priorities, channels are numbers of TableData::channels.
Digest TierDigest(const TableData& data, std::span<const WeightedChannel> candidates, std::uint32_t priority,
                  const Digest& next);

inline Digest RouteDigest(std::uint32_t group, std::uint32_t model, const Digest& first_tier) {
  WordPairHasher hash;
  hash.Add(group, model);
  hash.Add(first_tier.first, first_tier.second);
  return hash.Finish();
}

// Of all of `data`; its routes by TableData::routes_digest and listed_routes.
std::string ContentHash(const TableData& data);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_CONTENT_HASH_H_
