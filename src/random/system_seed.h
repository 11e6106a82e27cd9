// SystemSeed: 64 bits of the system's entropy, or the best that can be had without it. Never throws.
#ifndef POINTSMAN_SRC_RANDOM_SYSTEM_SEED_H_
#define POINTSMAN_SRC_RANDOM_SYSTEM_SEED_H_

#include <cstdint>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

POINTSMAN_EXPORT std::uint64_t SystemSeed() noexcept;

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_RANDOM_SYSTEM_SEED_H_
