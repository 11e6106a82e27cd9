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

std::uint64_t SeededKey(std::uint64_t key, std::uint64_t fleet_seed) noexcept { return SplitMix64(key ^ fleet_seed)(); }

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

}  // namespace pointsman::inline v0
