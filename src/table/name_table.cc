#include "table/name_table.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>

#include "pointsman/random.h"
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
std::uint64_t Hash(const char* p, std::size_t n, const Seeds& seeds) noexcept {
  if (n <= 32) return n >= 16 ? HashMiddle(p, n, seeds) : HashShort(ReadShort(p, n), n, seeds);
  std::uint64_t hash = n;
  std::size_t left = n;
  for (; left > 16; left -= 16, p += 16) hash = Fold(Read8(p) ^ seeds.a, Read8(p + 8) ^ hash ^ seeds.b);
  return Fold(Read8(p + left - 16) ^ seeds.a, Read8(p + left - 8) ^ hash ^ seeds.b);
}

}  // namespace name_hash

std::uint32_t NameTable::FindLong(std::string_view name) const noexcept {
  if (name.size() > longest_) return kNoIndex;
  const std::uint64_t hash = name_hash::Hash(name.data(), name.size(), seeds_);
  const std::uint64_t mark = MarkOf(hash, name.size());
  for (std::uint64_t at = hash & mask_;; at = (at + sizeof(Record)) & mask_) {
    const Record& record = RecordAt(at);
    if (record.mark == mark && std::memcmp(record.text(name.size()), name.data(), name.size()) == 0)
      return record.index;
    if (record.mark == kFree) return kNoIndex;
  }
}

std::size_t NameTable::Probes(std::string_view name) const noexcept {
  const std::uint32_t index = Find(name);
  std::uint64_t at = name_hash::Hash(name.data(), name.size(), seeds_) & mask_;
  std::size_t probes = 1;
  for (; RecordAt(at).mark != kFree && (index == kNoIndex || RecordAt(at).index != index); ++probes) {
    at = (at + sizeof(Record)) & mask_;
  }
  return probes;
}

// At most half full, a table by chance passes half a record for each name: more than one is bad luck, which strikes one
// seed of a hundred where a product maps names that differ in few bits to few places. A handful of names is let be.
void NameTable::Build(std::span<const std::string_view> names, std::uint64_t seed) {
  SplitMix64 secrets(seed);
  for (int draw = 1; draw <= kDraws; ++draw) {
    seeds_ = {.a = secrets(), .b = secrets()};
    if (Place(names, draw < kDraws ? names.size() + 16 : std::numeric_limits<std::size_t>::max())) return;
  }
}

// By the seeds that there are. False as soon as more records were passed than that.
bool NameTable::Place(std::span<const std::string_view> names, std::size_t most_passed) {
  const std::size_t places = std::bit_ceil(2 * names.size() + 1);
  owned_ = std::shared_ptr<Record[]>(new Record[places]);
  records_ = owned_.get();
  mask_ = (places - 1) * sizeof(Record);
  longest_ = 0;
  std::size_t passed = 0;
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i];
    if (name.data() == nullptr) continue;
    assert(name.size() <= 0xffff);
    longest_ = std::max(longest_, name.size());
    const std::uint64_t hash = name_hash::Hash(name.data(), name.size(), seeds_);
    std::uint64_t at = hash & mask_;
    for (; RecordAt(at).mark != kFree; ++passed) at = (at + sizeof(Record)) & mask_;
    if (passed > most_passed) return false;
    owned_[static_cast<std::ptrdiff_t>(at / sizeof(Record))] = RecordOf(name, i, hash);
  }
  return true;
}

NameTable::Record NameTable::RecordOf(std::string_view name, std::uint32_t index, std::uint64_t hash) {
  Record record;
  record.mark = MarkOf(hash, name.size());
  record.index = index;
  const char* const p = name.data();
  if (name.size() < 16) {
    const name_hash::ShortName words = name_hash::ReadShort(p, name.size());
    std::memcpy(record.bytes, &words, sizeof words);
  } else if (name.size() <= kMostUsual) {
    std::copy_n(name.begin(), 16, record.bytes);
    std::copy_n(name.end() - 16, 16, record.bytes + 16);
  } else if (name.size() <= Record::kInlineBytes) {
    std::copy(name.begin(), name.end(), record.bytes);
  } else {
    std::memcpy(record.bytes, static_cast<const void*>(&p), sizeof p);
  }
  return record;
}

}  // namespace pointsman::inline v0
