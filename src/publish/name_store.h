// NameStore: names that a router has ever published, numbered in the order of their appearance, until they are numbered
// anew.
//
// Thread safety: thread-compatible. Cost: only ever grows; bounded by what the rows have named.
#ifndef POINTSMAN_SRC_PUBLISH_NAME_STORE_H_
#define POINTSMAN_SRC_PUBLISH_NAME_STORE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "rows/name_hash.h"
#include "table/name_table.h"

namespace pointsman::inline v0 {

class NameStore {
 public:
  // Numbers every name of a table. Returns, by number from first() on, each stored name's place in the table, or
  // kNoIndex.
  std::vector<std::uint32_t> Number(const std::vector<std::string_view>& names) {
    std::vector<std::uint32_t> places(names_.size(), kNoIndex);
    places.reserve(places.size() + names.size());
    for (std::uint32_t i = 0; i < names.size(); ++i) {
      const std::uint32_t place = Add(names[i]);
      if (place == places.size()) places.push_back(kNoIndex);
      places[place] = i;
    }
    return places;
  }

  std::uint32_t Find(std::string_view name) const {
    const auto found = numbers_.find(name);
    return found == numbers_.end() ? kNoIndex : first_ + found->second;
  }
  // Stays where it is as long as the store lives. REQUIRES: the number is one that Find gives now.
  const std::string& name(std::uint32_t number) const { return names_[number - first_]; }

  // The least number that is somebody's.
  std::uint32_t first() const { return first_; }
  // From now on the numbers that there were are nobody's, until four thousand million of them have been.
  void NumberAnew() { first_ += static_cast<std::uint32_t>(names_.size()); }

  std::size_t memory_bytes() const {
    std::size_t bytes = numbers_.capacity() * (sizeof(std::pair<std::string_view, std::uint32_t>) + 1);
    for (const std::string& name : names_) bytes += sizeof(std::string) + name.capacity();
    return bytes;
  }

 private:
  std::uint32_t Add(std::string_view name) {
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) return found->second;
    const auto place = static_cast<std::uint32_t>(names_.size());
    numbers_.emplace(names_.emplace_back(name), place);
    return place;
  }

  std::uint32_t first_ = 0;
  std::deque<std::string> names_;
  NameIndex numbers_;  // their places there
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_NAME_STORE_H_
