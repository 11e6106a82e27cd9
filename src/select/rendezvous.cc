#include "select/rendezvous.h"

#include <algorithm>
#include <bit>

#include "pointsman/balance.h"
#include "pointsman/random.h"
#include "table/word_hasher.h"

namespace pointsman::inline v0 {

std::uint64_t AffinityKey(std::string_view bytes) noexcept {
  WordHasher hash;
  hash.Add(bytes);
  return hash.Finish().first;
}

// Two rounds of SplitMix64's finisher (D. Stafford's variant 13): the key with the seed, then that with the channel.
std::uint64_t RendezvousNumber(std::uint64_t key, std::uint64_t fleet_seed, std::int64_t channel_id) noexcept {
  const std::uint64_t keyed = SplitMix64(key ^ fleet_seed)();
  return SplitMix64(keyed ^ (static_cast<std::uint64_t>(channel_id) * 0x9e3779b97f4a7c15u))();
}

std::uint64_t NegativeLog2(std::uint64_t u) noexcept {
  u = std::max<std::uint64_t>(u, 1);
  const int shift = std::countl_zero(u);
  std::uint64_t mantissa = u << shift;  // 1 <= m < 2, with 63 binary places
  std::uint64_t fraction = 0;           // of log2 m
  for (int place = 31; place >= 0; --place) {
    const auto square = static_cast<std::uint64_t>(static_cast<Wide128>(mantissa) * mantissa >> 64);  // 62 places
    const bool is_two_or_more = square >> 63 != 0;
    fraction |= std::uint64_t{is_two_or_more} << place;
    mantissa = is_two_or_more ? square : square << 1;
  }
  return ((std::uint64_t{static_cast<std::uint32_t>(shift)} + 1) << 32) - fraction;
}

std::uint64_t NegativeLog2AtLeast(std::uint64_t u) noexcept {
  constexpr std::uint64_t kSlope = 3098164009u;  // 1 / (2 ln 2), with 32 binary places, rounded down
  u = std::max<std::uint64_t>(u, 1);
  const int shift = std::countl_zero(u);
  const std::uint64_t missing = (~(u << shift)) >> 31;  // 2 - m, with 32 binary places, rounded down
  return (std::uint64_t{static_cast<std::uint32_t>(shift)} << 32) + (missing * kSlope >> 32);
}

}  // namespace pointsman::inline v0
