#include "table/word_hasher.h"

#include <cstddef>

namespace pointsman::inline v0 {
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

std::string Digest::Hex() const {
  std::string hex;
  for (const std::uint64_t half : {first, second}) {
    for (int shift = 60; shift >= 0; shift -= 4) hex += "0123456789abcdef"[half >> shift & 15];
  }
  return hex;
}

}  // namespace pointsman::inline v0
