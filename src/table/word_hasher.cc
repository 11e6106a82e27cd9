#include "table/word_hasher.h"

#include <cstddef>

namespace pointsman::inline v0 {
namespace {

std::uint64_t Scramble(std::uint64_t k) {
  k = (k ^ (k >> 33)) * 0xff51afd7ed558ccdu;
  k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53u;
  return k ^ (k >> 33);
}

}  // namespace

void WordHasher::Add(std::string_view text) {
  Add(static_cast<std::uint64_t>(text.size()));
  for (std::size_t at = 0; at < text.size(); at += 8) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8 && at + i < text.size(); ++i) {
      word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[at + i])) << (8 * i);
    }
    Add(word);
  }
}

Digest WordHasher::Finish() const {
  Digest d{.first = h1_, .second = h2_};
  if (words_ % 2 == 1) d.first ^= MixFirst(pending_);
  d.first ^= words_ * 8;
  d.second ^= words_ * 8;
  d.first += d.second;
  d.second += d.first;
  d.first = Scramble(d.first);
  d.second = Scramble(d.second);
  d.first += d.second;
  d.second += d.first;
  return d;
}

std::string Digest::Hex() const {
  std::string hex;
  for (const std::uint64_t half : {first, second}) {
    for (int shift = 60; shift >= 0; shift -= 4) hex += "0123456789abcdef"[half >> shift & 15];
  }
  return hex;
}

}  // namespace pointsman::inline v0
