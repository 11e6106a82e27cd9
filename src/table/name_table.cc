#include "table/name_table.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "random/system_seed.h"

namespace pointsman::inline v0 {

namespace {

std::uint64_t& SeedOfThisProcess() noexcept {
  static std::uint64_t seed = SystemSeed();
  return seed;
}

}  // namespace

std::uint64_t ProcessSeed() noexcept { return SeedOfThisProcess(); }
void FixProcessSeed(std::uint64_t seed) noexcept { SeedOfThisProcess() = seed; }

namespace name_hash {
namespace {

std::uint64_t Finish(std::uint64_t a, std::uint64_t b, std::size_t n, std::uint64_t seed) {
  return Fold(kB ^ n, Fold(a ^ kA, b ^ seed));
}

}  // namespace

std::uint64_t Hash(const char* p, std::size_t n, std::uint64_t seed) noexcept {
  if (n > 32) {
    std::size_t left = n;
    for (; left > 16; left -= 16, p += 16) seed = Fold(Read8(p) ^ kB, Read8(p + 8) ^ seed);
    return Finish(Read8(p + left - 16), Read8(p + left - 8), n, seed);
  }
  return n >= 16 ? HashMiddle(p, n, seed) : HashShort(ReadShort(p, n), n, seed);
}

}  // namespace name_hash

std::uint32_t NameTable::FindLong(std::string_view name) const noexcept {
  if (name.size() > longest_) return kNoIndex;
  const std::uint64_t hash = name_hash::Hash(name.data(), name.size(), seed_);
  const std::uint64_t mark = MarkOf(hash, name.size());
  for (std::uint64_t at = hash & mask_;; at = (at + 1) & mask_) {
    const Record& record = records_[at];
    if (record.mark == mark && std::memcmp(record.text(name.size()), name.data(), name.size()) == 0)
      return record.index;
    if (record.mark == 0) return kNoIndex;
  }
}

void NameTable::Build(std::span<const std::string_view> names, std::uint64_t seed) {
  seed_ = seed;
  const std::size_t places = std::bit_ceil(2 * names.size() + 1);
  owned_ = std::shared_ptr<Record[]>(new Record[places]);
  records_ = owned_.get();
  mask_ = places - 1;
  longest_ = 0;
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i];
    if (name.data() == nullptr) continue;
    assert(name.size() <= 0xffff);
    longest_ = std::max(longest_, name.size());
    const std::uint64_t hash = name_hash::Hash(name.data(), name.size(), seed_);
    std::uint64_t at = hash & mask_;
    while (records_[at].mark != 0) at = (at + 1) & mask_;
    Record& record = owned_[static_cast<std::ptrdiff_t>(at)];
    record.mark = MarkOf(hash, name.size());
    record.index = i;
    if (name.size() < 16) {
      const name_hash::ShortName words = name_hash::ReadShort(name.data(), name.size());
      std::memcpy(record.bytes, &words, sizeof words);
    } else if (name.size() <= Record::kInlineBytes) {
      std::copy(name.begin(), name.end(), record.bytes);
    } else {
      const char* elsewhere = name.data();
      std::memcpy(record.bytes, &elsewhere, sizeof elsewhere);
    }
  }
}

}  // namespace pointsman::inline v0
