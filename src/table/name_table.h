// NameTable: name -> number, for the hot path. One cache line a name, one look in the common case.
//
//   NameTable table;
//   table.Build(names, ProcessSeed());        // names[i] becomes i
//   std::uint32_t i = table.Find("gpt-4o");   // kNoIndex where there is none
//
// Open addressing with linear probing over records of 64 bytes: the bytes themselves where there are at most 52 of
// them, the number, and the length, with 47 hash bits where comparing the bytes takes a call. They are always compared.
// Names are hashed with seeds of the process, so that nobody outside can choose names that collide. One seed of a
// hundred is unlucky with names that differ in few bits: a table whose lookups turn out long draws again while it is
// built, which costs requests nothing. A name longer than any in the table is not even hashed.
//
// The hash is wyhash's construction (Wang Yi, public domain): 64x64 -> 128 bit products, folded; but with a secret on
// both sides of each product, since a known factor can be made 0 and then swallows the other.
//
// Thread safety: immutable once built. Cost of Find: O(length of the name), no allocation. Copies share the records.
// Limits: the views handed to Build must outlive the table.
#ifndef POINTSMAN_SRC_TABLE_NAME_TABLE_H_
#define POINTSMAN_SRC_TABLE_NAME_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "random/wide_product.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pointsman::inline v0 {

inline constexpr std::uint32_t kNoIndex = 0xffffffffu;

// Drawn from the system once per process.
std::uint64_t ProcessSeed() noexcept;
// For counts that shall repeat: the seed decides which names meet. REQUIRES: no table was built yet, no other thread.
void FixProcessSeed(std::uint64_t seed) noexcept;

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
  const WideProduct product = Multiply(a, b);
  return product.low ^ product.high;
}

struct Seeds {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};

// What a name of at most 15 bytes comes to: with the length, no two names are the same. The words may overlap, so that
// nothing beyond the name is read.
struct ShortName {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};
[[gnu::always_inline]] inline ShortName ReadShort(const char* p, std::size_t n) {
  if (n >= 8) return {.first = Read8(p), .last = Read8(p + n - 8)};
  if (n >= 4) return {.first = Read4(p), .last = Read4(p + n - 4)};
  if (n == 0) return {};
  const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(p[i])); };
  return {.first = byte(0) << 16 | byte(n / 2) << 8 | byte(n - 1), .last = 0};
}

inline std::uint64_t HashShort(ShortName name, std::size_t n, const Seeds& seeds) {
  return Fold(name.first ^ seeds.a, name.last ^ n ^ seeds.b);
}

// A name of 16 to 32 bytes is its first 16 and its last 16, which may overlap. Two products that do not wait for each
// other; names that differ in length only, as "aa…" does, are told apart by their marks.
inline std::uint64_t HashMiddle(const char* p, std::size_t n, const Seeds& seeds) {
  const char* const last = p + n - 16;
  return Fold(Read8(p) ^ seeds.a, Read8(p + 8) ^ seeds.b) + Fold(Read8(last) ^ seeds.b, Read8(last + 8) ^ seeds.a);
}

// `halves` are the two of another name of that length, aligned to 16 bytes.
inline bool MiddleEquals(const char* halves, const char* p, std::size_t n) {
#if defined(__SSE2__)
  const auto equal = [](const char* aligned, const char* q) {
    return _mm_cmpeq_epi8(_mm_load_si128(reinterpret_cast<const __m128i*>(aligned)),
                          _mm_loadu_si128(reinterpret_cast<const __m128i*>(q)));
  };
  return _mm_movemask_epi8(_mm_and_si128(equal(halves, p), equal(halves + 16, p + n - 16))) == 0xffff;
#else
  const auto differ = [](const char* x, const char* y) {
    return (Read8(x) ^ Read8(y)) | (Read8(x + 8) ^ Read8(y + 8));
  };
  return (differ(halves, p) | differ(halves + 16, p + n - 16)) == 0;
#endif
}

// For every n.
std::uint64_t Hash(const char* p, std::size_t n, const Seeds& seeds) noexcept;

}  // namespace name_hash

class NameTable {
 public:
  // So often are seeds drawn at most; the last ones are taken as they are.
  static constexpr int kDraws = 8;
  // REQUIRES: the names are distinct and each is at most 65535 bytes long. A view without data is left out.
  // Cost: one pass over the names, seldom two, kDraws at most.
  void Build(std::span<const std::string_view> names, std::uint64_t seed);

  std::uint32_t Find(std::string_view name) const noexcept {
    return name.size() <= kMostUsual ? FindUsual(name) : FindLong(name);
  }

  // Names of at most 32 bytes can be found without a call.
  static constexpr std::size_t kMostUsual = 32;
  // REQUIRES: name.size() <= kMostUsual.
  [[gnu::always_inline]] std::uint32_t FindUsual(std::string_view name) const noexcept {
    return name.size() >= 16 ? FindMiddle(name) : FindShort(name);
  }

  // Those of 16 to 32 bytes also without a question about their length.
  static bool IsMiddle(std::string_view name) noexcept { return name.size() - 16 <= 16; }

  // REQUIRES: IsMiddle(name).
  std::uint32_t FindMiddle(std::string_view name) const noexcept {
    const std::size_t n = name.size();
    const char* const p = name.data();
    for (std::uint64_t at = name_hash::HashMiddle(p, n, seeds_) & mask_;; at = (at + sizeof(Record)) & mask_) {
      const Record& record = RecordAt(at);
      if (record.mark == n && name_hash::MiddleEquals(record.bytes, p, n)) [[likely]] {
        const std::uint32_t index = record.index;
        if (index == kNoIndex) __builtin_unreachable();  // spares callers the question
        return index;
      }
      if (record.mark == kFree) return kNoIndex;
    }
  }

  // REQUIRES: name.size() < 16.
  [[gnu::always_inline]] std::uint32_t FindShort(std::string_view name) const noexcept {
    const std::size_t n = name.size();
    const char* const p = name.data();
    const name_hash::ShortName words = name_hash::ReadShort(p, n);
    for (std::uint64_t at = name_hash::HashShort(words, n, seeds_) & mask_;; at = (at + sizeof(Record)) & mask_) {
      const Record& record = RecordAt(at);
      if (record.mark == n && record.Holds(words)) [[likely]] {
        const std::uint32_t index = record.index;
        if (index == kNoIndex) __builtin_unreachable();
        return index;
      }
      if (record.mark == kFree) return kNoIndex;
    }
  }

  std::size_t memory_bytes() const { return mask_ + sizeof(Record); }

  // How many records Find passes until it knows; 1 at least. For those who look whether somebody has chosen the names.
  std::size_t Probes(std::string_view name) const noexcept;

 private:
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};
  struct alignas(64) Record {
    static constexpr std::size_t kInlineBytes = 52;
    // Of the name. Of one below 16 bytes its two words, of one of at most 32 its two halves, of one that does not fit
    // the address of its bytes.
    char bytes[kInlineBytes] = {};
    std::uint32_t index = kNoIndex;
    std::uint64_t mark = kFree;

    bool Holds(name_hash::ShortName name) const {
      return ((name_hash::Read8(bytes) ^ name.first) | (name_hash::Read8(bytes + 8) ^ name.last)) == 0;
    }
    // REQUIRES: length > 32.
    const char* text(std::size_t length) const {
      if (length <= kInlineBytes) return bytes;
      const char* elsewhere;
      std::memcpy(static_cast<void*>(&elsewhere), bytes, sizeof elsewhere);
      return elsewhere;
    }
  };
  static_assert(sizeof(Record) == 64);

  // Never kFree, since a length takes 16 bits and the next one is 0.
  static std::uint64_t MarkOf(std::uint64_t hash, std::size_t length) {
    return length <= kMostUsual ? length : hash << 17 | length;
  }
  // Places are counted in bytes, which spares a shift.
  const Record& RecordAt(std::uint64_t at) const noexcept {
    return *reinterpret_cast<const Record*>(reinterpret_cast<const char*>(records_) + at);
  }
  std::uint32_t FindLong(std::string_view name) const noexcept;
  bool Place(std::span<const std::string_view> names, std::size_t most_passed);
  static Record RecordOf(std::string_view name, std::uint32_t index, std::uint64_t hash);

  std::shared_ptr<Record[]> owned_ = std::shared_ptr<Record[]>(new Record[1]);  // make_shared aligns to 16 only
  const Record* records_ = owned_.get();  // a power of two, always with a free place
  std::uint64_t mask_ = 0;                // of places: the last one
  name_hash::Seeds seeds_;
  std::size_t longest_ = 0;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_NAME_TABLE_H_
