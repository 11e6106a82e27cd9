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
