#include "table/name_table.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "random/system_seed.h"

namespace pointsman::inline v0 {

std::uint64_t ProcessSeed() noexcept {
  static const std::uint64_t seed = SystemSeed();
  return seed;
}

namespace name_hash {

std::uint64_t HashShort(const char* p, std::size_t n, std::uint64_t seed) noexcept {
  if (n >= 4) return Finish(Read4(p), Read4(p + n - 4), n, seed);
  if (n == 0) return Finish(0, 0, n, seed);
  const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(p[i])); };
  return Finish(byte(0) << 16 | byte(n / 2) << 8 | byte(n - 1), 0, n, seed);
}

std::uint64_t HashLong(const char* p, std::size_t n, std::uint64_t seed) noexcept {
  std::size_t left = n;
  for (; left > 16; left -= 16, p += 16) seed = Fold(Read8(p) ^ kB, Read8(p + 8) ^ seed);
  return Finish(Read8(p + left - 16), Read8(p + left - 8), n, seed);
}

bool EqualShort(const char* x, const char* y, std::size_t n) noexcept {
  if (n >= 4) return ((Read4(x) ^ Read4(y)) | (Read4(x + n - 4) ^ Read4(y + n - 4))) == 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (x[i] != y[i]) return false;
  }
  return true;
}

bool EqualLong(const char* x, const char* y, std::size_t n) noexcept { return std::memcmp(x, y, n) == 0; }

}  // namespace name_hash

void NameTable::Build(std::span<const std::string_view> names, std::uint64_t seed) {
  seed_ = seed;
  const std::size_t places = std::bit_ceil(names.size() + names.size() / 2 + 1);
  records_.assign(places, Record{});
  mask_ = places - 1;
  longest_ = 0;
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i];
    assert(name.size() <= 0xffff);
    longest_ = std::max(longest_, name.size());
    const std::uint64_t hash = name_hash::Hash(name.data(), name.size(), seed_);
    std::uint64_t at = hash & mask_;
    while (records_[at].index != kNoIndex) at = (at + 1) & mask_;
    Record& record = records_[at];
    record.index = i;
    record.tag = static_cast<std::uint32_t>(hash >> 32);
    record.length = static_cast<std::uint16_t>(name.size());
    if (name.size() <= Record::kInlineBytes) {
      std::copy(name.begin(), name.end(), record.bytes);
    } else {
      const char* elsewhere = name.data();
      std::memcpy(record.bytes, &elsewhere, sizeof elsewhere);
    }
  }
}

}  // namespace pointsman::inline v0
