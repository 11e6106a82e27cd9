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

inline std::uint64_t Hash(const char* p, std::size_t n, std::uint64_t seed) {
  constexpr std::uint64_t kA = 0xa0761d6478bd642fu;
  constexpr std::uint64_t kB = 0xe7037ed1a0b428dbu;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (n > 16) {
    std::size_t left = n;
    for (; left > 16; left -= 16, p += 16) seed = Fold(Read8(p) ^ kB, Read8(p + 8) ^ seed);
    a = Read8(p + left - 16);
    b = Read8(p + left - 8);
  } else if (n >= 8) {
    a = Read8(p);
    b = Read8(p + n - 8);
  } else if (n >= 4) {
    a = Read4(p);
    b = Read4(p + n - 4);
  } else if (n > 0) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(p[i])); };
    a = byte(0) << 16 | byte(n / 2) << 8 | byte(n - 1);
  }
  return Fold(kB ^ n, Fold(a ^ kA, b ^ seed));
}

// Whether the first `n` bytes are equal.
inline bool Equal(const char* x, const char* y, std::size_t n) {
  if (n >= 8) {
    std::uint64_t differs = Read8(x + n - 8) ^ Read8(y + n - 8);
    for (std::size_t at = 0; at + 8 < n; at += 8) differs |= Read8(x + at) ^ Read8(y + at);
    return differs == 0;
  }
  if (n >= 4) return ((Read4(x) ^ Read4(y)) | (Read4(x + n - 4) ^ Read4(y + n - 4))) == 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (x[i] != y[i]) return false;
  }
  return true;
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
