// NamePool: numbers names in the order in which they first appear.
//
//   std::uint32_t g = pool.Number(row.group.value());   // the same for every row that says the same
//
// Rows keep each distinct text once, so a view of the same bytes at the same address is the same name: most rows are
// answered from a small table of addresses, without hashing the name.
//
// Thread safety: thread-compatible. REQUIRES: the texts stay as they are meanwhile; names of at most kMaxNameBytes.
#ifndef POINTSMAN_SRC_COMPILE_NAME_POOL_H_
#define POINTSMAN_SRC_COMPILE_NAME_POOL_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rows/name_hash.h"
#include "table/name_table.h"

namespace pointsman::inline v0 {

class NamePool {
 public:
  std::uint32_t Number(std::string_view name) {
    if (const std::uint32_t known = Recent(name); known != kNoIndex) return known;
    const auto [entry, added] = index_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (added) names_.push_back(name);
    Seen* const set = &recent_[SetOf(name)];
    set[1] = set[0];
    set[0] = {.text = name.data(), .bytes = static_cast<std::uint32_t>(name.size()), .number = entry->second};
    return entry->second;
  }

  // The number if this very view was numbered not long ago, else kNoIndex.
  std::uint32_t Recent(std::string_view name) const {
    const Seen* const set = &recent_[SetOf(name)];
    if (set[0].text == name.data() && set[0].bytes == name.size()) return set[0].number;
    return set[1].text == name.data() && set[1].bytes == name.size() ? set[1].number : kNoIndex;
  }

  const std::vector<std::string_view>& names() const { return names_; }

 private:
  static constexpr std::size_t kRecent = 4096;
  struct Seen {
    const char* text = nullptr;
    std::uint32_t bytes = 0;
    std::uint32_t number = kNoIndex;
  };
  // Two places a set: a thousand names leave hardly one without.
  static std::size_t SetOf(std::string_view name) {
    return (reinterpret_cast<std::uintptr_t>(name.data()) * 0x9e3779b97f4a7c15u >> 40) % (kRecent / 2) * 2;
  }

  NameIndex index_;
  std::vector<std::string_view> names_;
  std::vector<Seen> recent_ = std::vector<Seen>(kRecent);
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_NAME_POOL_H_
