// Rows that our tests share, beside those of pointsman/testing.h.
#ifndef POINTSMAN_TESTS_SUPPORT_ROWS_BUILDER_H_
#define POINTSMAN_TESTS_SUPPORT_ROWS_BUILDER_H_

#include "pointsman/compile.h"
#include "pointsman/loader.h"
#include "pointsman/testing.h"

namespace pointsman::testing {

// The channel of the incident, alone.
inline ChannelRow Bltcy() {
  return {.id = 8, .name = "Bltcy", .type = 55, .status = 1, .groups = "default", .models = "runway,pika,kling"};
}

// REQUIRES: the policy is valid.
inline Compiled MustCompile(const Rows& rows, const Policy& policy = {}) { return Compile(rows, policy).value(); }

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_ROWS_BUILDER_H_
