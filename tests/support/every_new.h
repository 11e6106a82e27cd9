// Every form of operator new of a program, over-aligned ones too, through one function: Allocated, which the
// one file that includes this defines.
//
// The libraries that a program loads allocate here too: its operator new is the process' one.
#ifndef POINTSMAN_TESTS_SUPPORT_EVERY_NEW_H_
#define POINTSMAN_TESTS_SUPPORT_EVERY_NEW_H_

#include <cstddef>
#include <cstdlib>
#include <new>

namespace pointsman::testing {

// Null: there is no memory. What it gives is ended by free().
void* Allocated(std::size_t size, std::size_t alignment) noexcept;

inline void* FromMalloc(std::size_t size, std::size_t alignment) noexcept {
  if (alignment <= alignof(std::max_align_t)) return std::malloc(size == 0 ? 1 : size);
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

inline void* OrThrow(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace pointsman::testing

// Not inlined: g++ would see free() meet a new-expression and call it a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  return pointsman::testing::OrThrow(pointsman::testing::Allocated(size, 1));
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return pointsman::testing::Allocated(size, 1);
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t to) {
  return pointsman::testing::OrThrow(pointsman::testing::Allocated(size, static_cast<std::size_t>(to)));
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t to, const std::nothrow_t&) noexcept {
  return pointsman::testing::Allocated(size, static_cast<std::size_t>(to));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(memory);
}

#endif  // POINTSMAN_TESTS_SUPPORT_EVERY_NEW_H_
