// Blocks: the words of all tiers of a table, in one piece, shared with the tables that are patched from it.
//
//   Blocks blocks(std::move(words));
//   Blocks more = blocks.Extended(added);      // words() of both begin alike; usually nothing was copied
//
// The storage may have room behind the words. The first table to be extended takes it; the words that others see do not
// change. A second extension of the same table finds the room taken, and copies.
//
// Thread safety: immutable; Extended is thread-safe.
// Cost: Extended is O(added), and once in a while O(all) to find new room, an eighth of what is there.
#ifndef POINTSMAN_SRC_TABLE_BLOCKS_H_
#define POINTSMAN_SRC_TABLE_BLOCKS_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "table/tier_block.h"

namespace pointsman::inline v0 {

class Blocks {
 public:
  // Just the two places that are no tiers.
  Blocks() : Blocks(std::vector<std::uint32_t>(kFirstBlock)) {}

  explicit Blocks(std::vector<std::uint32_t> words) : size_(words.size()), storage_(std::make_shared<Storage>()) {
    words.shrink_to_fit();
    storage_->words = std::move(words);
    storage_->used = size_;
    words_ = storage_->words.data();
  }

  const std::uint32_t* data() const { return words_; }
  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const { return storage_->words.capacity() * sizeof(std::uint32_t); }

  Blocks Extended(std::span<const std::uint32_t> added) const {
    Blocks extended = *this;
    if (added.empty()) return extended;  // claims no room, so it must not touch what another extension fills
    std::size_t free_from = size_;
    if (added.size() > storage_->words.capacity() - size_ ||
        // What was written behind size_ by others happened before: they made the table that is extended here.
        !storage_->used.compare_exchange_strong(free_from, size_ + added.size())) {
      extended.storage_ = std::make_shared<Storage>();
      extended.storage_->words.reserve(size_ + added.size() + size_ / 8 + 1024);
      extended.storage_->words.assign(words_, words_ + size_);
      extended.storage_->used = size_ + added.size();
    }
    extended.storage_->words.insert(extended.storage_->words.end(), added.begin(), added.end());
    extended.words_ = extended.storage_->words.data();
    extended.size_ = size_ + added.size();
    return extended;
  }

 private:
  struct Storage {
    std::vector<std::uint32_t> words;  // never grows beyond its capacity, so that it never moves
    std::atomic<std::size_t> used = 0;
  };

  const std::uint32_t* words_ = nullptr;
  std::size_t size_ = 0;
  std::shared_ptr<Storage> storage_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_BLOCKS_H_
