// WatchedBuffer: a pointsman_buffer of any capacity, and what must hold of a text that the library wrote there.
//
//   WatchedBuffer text(capacity);
//   if (pointsman_states_json(router, text.get()) == POINTSMAN_OK) text.DemandIsJson();
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_TESTS_FUZZ_WATCHED_BUFFER_H_
#define POINTSMAN_TESTS_FUZZ_WATCHED_BUFFER_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

#include "fuzz/bodies.h"
#include "pointsman/c.h"
#include "support/plain_text.h"

namespace pointsman::fuzz {

class WatchedBuffer {
 public:
  explicit WatchedBuffer(std::size_t capacity) : bytes_(capacity + 1, kBeyond), buffer_{bytes_.data(), capacity, 0} {}
  ~WatchedBuffer() { Demand(bytes_.back() == kBeyond, "nothing is written beyond a buffer"); }
  WatchedBuffer(const WatchedBuffer&) = delete;
  WatchedBuffer& operator=(const WatchedBuffer&) = delete;

  pointsman_buffer* get() { return &buffer_; }
  bool is_untouched() const { return buffer_.size == 0 && std::count(bytes_.begin(), bytes_.end(), kBeyond) == Size(); }

  void DemandIsPlain() const { DemandPlain(Written(), "a text is plain"); }
  void DemandIsJson() const {
    Demand(testing::IsPlainJson(Written()), "JSON is valid UTF-8 without control characters", Written());
  }

 private:
  static constexpr char kBeyond = '\x55';

  std::ptrdiff_t Size() const { return static_cast<std::ptrdiff_t>(bytes_.size()); }
  // It ends in its buffer, and is cut nowhere but where that is full.
  std::string_view Written() const {
    if (buffer_.capacity == 0) return {};
    const auto* end = static_cast<const char*>(std::memchr(bytes_.data(), 0, buffer_.capacity));
    Demand(end != nullptr, "a text ends in its buffer");
    const auto size = static_cast<std::size_t>(end - bytes_.data());
    Demand(size + 4 >= std::min(buffer_.size, buffer_.capacity), "no more is cut than a character");
    return {bytes_.data(), size};
  }

  std::vector<char> bytes_;
  pointsman_buffer buffer_;
};

}  // namespace pointsman::fuzz

#endif  // POINTSMAN_TESTS_FUZZ_WATCHED_BUFFER_H_
