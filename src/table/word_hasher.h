// WordHasher: MurmurHash3 x64 128 (Austin Appleby, public domain), seed 0, over 64-bit words: what content hashes are
// made of.
//
//   WordHasher hash;
//   hash.Add(std::uint64_t{5});
//   hash.Add("gpt-4o");               // its length in bytes, then its bytes, filled up with zeros to whole words
//   Digest digest = hash.Finish();
//
// A word is hashed as its eight little-endian bytes: the same digest on every machine. Not cryptographic.
//
// Thread safety: thread-compatible. Cost: about a nanosecond a word.
#ifndef POINTSMAN_SRC_TABLE_WORD_HASHER_H_
#define POINTSMAN_SRC_TABLE_WORD_HASHER_H_

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace pointsman::inline v0 {

struct Digest {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::string Hex() const;  // 32 digits

  // Sums of digests say what a set holds, in whatever order it was summed up.
  Digest& operator+=(const Digest& other) {
    first += other.first;
    second += other.second;
    return *this;
  }
  Digest& operator-=(const Digest& other) {
    first -= other.first;
    second -= other.second;
    return *this;
  }
  friend bool operator==(const Digest&, const Digest&) = default;
};

// Over pairs of words.
class WordPairHasher {
 public:
  void Add(std::uint64_t first, std::uint64_t second) {
    h1_ = (std::rotl(h1_ ^ MixFirst(first), 27) + h2_) * 5 + 0x52dce729;
    h2_ = (std::rotl(h2_ ^ MixSecond(second), 31) + h1_) * 5 + 0x38495ab5;
    bytes_ += 16;
  }
  Digest Finish() const { return Finish(h1_, bytes_); }
  // The digest of one word more.
  Digest FinishWith(std::uint64_t last) const { return Finish(h1_ ^ MixFirst(last), bytes_ + 8); }

 private:
  static constexpr std::uint64_t kC1 = 0x87c37b91114253d5u;
  static constexpr std::uint64_t kC2 = 0x4cf5ad432745937fu;
  static std::uint64_t MixFirst(std::uint64_t k) { return std::rotl(k * kC1, 31) * kC2; }
  static std::uint64_t MixSecond(std::uint64_t k) { return std::rotl(k * kC2, 33) * kC1; }
  static std::uint64_t Scramble(std::uint64_t k) {
    k = (k ^ (k >> 33)) * 0xff51afd7ed558ccdu;
    k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53u;
    return k ^ (k >> 33);
  }
  Digest Finish(std::uint64_t first, std::uint64_t bytes) const {
    std::uint64_t second = h2_ ^ bytes;
    first = (first ^ bytes) + second;
    second += first;
    first = Scramble(first);
    second = Scramble(second);
    first += second;
    return {.first = first, .second = second + first};
  }

  std::uint64_t h1_ = 0;
  std::uint64_t h2_ = 0;
  std::uint64_t bytes_ = 0;
};

// The same over single words and texts.
class WordHasher {
 public:
  void Add(std::uint64_t word) {
    if (half_) pairs_.Add(pending_, word);
    pending_ = word;
    half_ = !half_;
  }
  void Add(std::string_view text);
  Digest Finish() const { return half_ ? pairs_.FinishWith(pending_) : pairs_.Finish(); }

 private:
  WordPairHasher pairs_;
  std::uint64_t pending_ = 0;
  bool half_ = false;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_WORD_HASHER_H_
