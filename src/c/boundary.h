// What every function of the C ABI begins and ends with: structs judged by their size, texts into the caller's buffers,
// errors and exceptions made numbers.
#ifndef POINTSMAN_SRC_C_BOUNDARY_H_
#define POINTSMAN_SRC_C_BOUNDARY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "pointsman/attempts.h"
#include "pointsman/c.h"
#include "pointsman/loader.h"
#include "pointsman/router.h"

struct pointsman_rows {
  pointsman::Rows rows;
};
struct pointsman_walk {
  pointsman::Attempts attempts;
};

namespace pointsman::c_abi {

// A caller's function and its context.
struct Callback {
  std::uint64_t (*function)(void* context);
  void* context;
};

}  // namespace pointsman::c_abi

struct pointsman_router {
  pointsman_router(std::unique_ptr<const pointsman::c_abi::Callback> clock_given, pointsman::Policy policy,
                   pointsman::RouterOptions options)
      : clock(std::move(clock_given)), router(std::move(policy), std::move(options)) {}

  std::unique_ptr<const pointsman::c_abi::Callback> clock;  // outlives the router, which reads it; null: the system's
  pointsman::Router router;
};

namespace pointsman::c_abi {

// Beyond any struct of ours; keeps a size that is no size from being believed.
inline constexpr std::size_t kLargestStruct = 4096;

template <class T>
bool HasItsSize(const T* given) noexcept {
  return given != nullptr && given->struct_size >= sizeof(T) && given->struct_size <= kLargestStruct;
}

// Whether a struct is one that this library can read: there, as long as it was in the first version, and with nothing
// in it that only a later library would understand.
template <class T>
bool Readable(const T* given) noexcept {
  if (!HasItsSize(given)) return false;
  if (given->struct_size == sizeof(T)) return true;
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  return std::all_of(bytes + sizeof(T), bytes + given->struct_size, [](unsigned char byte) { return byte == 0; });
}

// What a later library may give a meaning to; until then a request that says it would be misunderstood.
inline bool SaysNothingNewer(const pointsman_request& request) noexcept {
  return (request.unused[0] | request.unused[1] | request.unused[2]) == 0;
}

// The same for a struct that is written: what a later caller has beyond is left as it is.
template <class T>
bool Writable(const T* given) noexcept {
  return HasItsSize(given);
}

inline std::string_view View(pointsman_text text) noexcept {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

inline void Fill(pointsman_buffer* buffer, std::string_view text) noexcept {
  if (buffer == nullptr) return;
  buffer->size = text.size();
  if (buffer->data == nullptr || buffer->capacity == 0) return;
  std::size_t kept = std::min(text.size(), buffer->capacity - 1);
  if (kept < text.size()) {
    while (kept > 0 && (static_cast<unsigned char>(text[kept]) & 0xC0u) == 0x80u) --kept;
  }
  text.copy(buffer->data, kept);
  buffer->data[kept] = '\0';
}

inline std::int32_t Code(absl::StatusCode code) noexcept { return static_cast<std::int32_t>(code); }

inline std::int32_t Misuse(pointsman_buffer* error, std::string_view what) noexcept {
  Fill(error, what);
  return POINTSMAN_INVALID_ARGUMENT;
}

// Runs what may fail: its status as a number, its message in `error`, and no exception.
template <class Work>
std::int32_t Guarded(pointsman_buffer* error, const Work& work) noexcept {
  try {
    const absl::Status status = work();
    if (!status.ok()) Fill(error, std::string(status.message()));
    return Code(status.code());
  } catch (const std::bad_alloc&) {
    Fill(error, "out of memory");
    return POINTSMAN_RESOURCE_EXHAUSTED;
  } catch (...) {
    Fill(error, "an unexpected exception");
    return POINTSMAN_INTERNAL;
  }
}

}  // namespace pointsman::c_abi

#endif  // POINTSMAN_SRC_C_BOUNDARY_H_
