#include <cstdio>
#include <cstdlib>

#include "fuzz/bodies.h"
#include "support/plain_text.h"

namespace pointsman::fuzz {

void Demand(bool holds, std::string_view claim, std::string_view detail) {
  if (holds) return;
  std::fprintf(stderr, "wrong: %.*s %.*s\n", static_cast<int>(claim.size()), claim.data(),
               static_cast<int>(detail.size()), detail.data());
  std::abort();
}

void DemandPlain(std::string_view text, std::string_view what) {
  const std::string wrong = testing::WhatIsWrong(text);
  Demand(wrong.empty(), what, wrong + ":\n" + std::string(text.substr(0, 2000)));
}

bool Refused(std::string_view why) {
  DemandPlain(why, "a refusal can be shown");
  return false;
}

}  // namespace pointsman::fuzz
