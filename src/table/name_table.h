// NameTable: name -> number, for the hot path. One cache line a name, one look in the common case.
//
//   NameTable table;
//   table.Build(names, ProcessSeed());        // names[i] becomes i
//   std::uint32_t i = table.Find("gpt-4o");   // kNoIndex where there is none
//
// Open addressing with linear probing over records of 64 bytes: a tag of 32 hash bits, the length, the number, and the
// bytes themselves where there are at most 52 of them. The bytes are always compared. Names are hashed with a seed of the
// process, so that nobody outside can choose names that collide; a name longer than any in the table is not even hashed.
//
// The hash is wyhash's construction (Wang Yi, public domain): 64x64 -> 128 bit products, folded.
//
// Thread safety: immutable once built. Cost of Find: O(length of the name), no allocation.
// Limits: the views handed to Build must outlive the table.
#ifndef POINTSMAN_SRC_TABLE_NAME_TABLE_H_
#define POINTSMAN_SRC_TABLE_NAME_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace pointsman::inline v0 {

inline constexpr std::uint32_t kNoIndex = 0xffffffffu;

// Drawn from the system once per process.
std::uint64_t ProcessSeed() noexcept;

namespace name_hash {

inline std::uint64_t Read8(const char* p) {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

inline std::uint64_t Read4(const char* p) {
  std::uint32_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

inline std::uint64_t Fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline constexpr std::uint64_t kA = 0xa0761d6478bd642fu;
inline constexpr std::uint64_t kB = 0xe7037ed1a0b428dbu;

// Names of fewer than 8 bytes, and of more than 32: kept out of the way of the others, which are most.
[[gnu::noinline]] std::uint64_t HashShort(const char* p, std::size_t n, std::uint64_t seed) noexcept;
[[gnu::noinline]] std::uint64_t HashLong(const char* p, std::size_t n, std::uint64_t seed) noexcept;
[[gnu::noinline]] bool EqualShort(const char* x, const char* y, std::size_t n) noexcept;
[[gnu::noinline]] bool EqualLong(const char* x, const char* y, std::size_t n) noexcept;

inline std::uint64_t Finish(std::uint64_t a, std::uint64_t b, std::size_t n, std::uint64_t seed) {
  return Fold(kB ^ n, Fold(a ^ kA, b ^ seed));
}

// Two overlapping halves of 8 bytes cover 8 to 16 bytes, two of 16 cover 16 to 32: no loop, and one branch for the length.
inline std::uint64_t Hash(const char* p, std::size_t n, std::uint64_t seed) {
  if (n - 16 <= 16) [[likely]] {
    seed = Fold(Read8(p) ^ kB, Read8(p + 8) ^ seed);
    return Finish(Read8(p + n - 16), Read8(p + n - 8), n, seed);
  }
  if (n - 8 < 8) return Finish(Read8(p), Read8(p + n - 8), n, seed);
  return n < 8 ? HashShort(p, n, seed) : HashLong(p, n, seed);
}

// Whether the first `n` bytes are equal.
inline bool Equal(const char* x, const char* y, std::size_t n) {
  const auto differs = [&](std::size_t at) { return Read8(x + at) ^ Read8(y + at); };
  if (n - 16 <= 16) [[likely]] return (differs(0) | differs(8) | differs(n - 16) | differs(n - 8)) == 0;
  if (n - 8 < 8) return (differs(0) | differs(n - 8)) == 0;
  return n < 8 ? EqualShort(x, y, n) : EqualLong(x, y, n);
}

}  // namespace name_hash

class NameTable {
 public:
  // REQUIRES: the names are distinct and each is at most 65535 bytes long.
  void Build(std::span<const std::string_view> names, std::uint64_t seed);

  std::uint32_t Find(std::string_view name) const noexcept {
    if (name.size() > longest_) return kNoIndex;
    const std::uint64_t hash = name_hash::Hash(name.data(), name.size(), seed_);
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::uint64_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Record& record = records_[at];
      if (record.index == kNoIndex) return kNoIndex;
      if (record.tag == tag && record.length == name.size() && name_hash::Equal(record.text(), name.data(), name.size())) {
        return record.index;
      }
    }
  }

  std::size_t memory_bytes() const { return records_.capacity() * sizeof(Record); }

 private:
  struct alignas(64) Record {
    static constexpr std::size_t kInlineBytes = 52;
    std::uint32_t index = kNoIndex;  // kNoIndex: the place is free
    std::uint32_t tag = 0;
    std::uint16_t length = 0;
    char bytes[kInlineBytes] = {};  // or the address of the bytes

    const char* text() const {
      if (length <= kInlineBytes) return bytes;
      const char* elsewhere;
      std::memcpy(&elsewhere, bytes, sizeof elsewhere);
      return elsewhere;
    }
  };
  static_assert(sizeof(Record) == 64);

  std::vector<Record> records_ = std::vector<Record>(1);  // a power of two, always with a free place
  std::uint64_t mask_ = 0;
  std::uint64_t seed_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_NAME_TABLE_H_
