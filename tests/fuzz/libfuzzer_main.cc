// libFuzzer's entry for one body, which the build names.
#include "fuzz/bodies.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pointsman::fuzz::POINTSMAN_FUZZ_BODY({reinterpret_cast<const char*>(data), size});
  return 0;
}
