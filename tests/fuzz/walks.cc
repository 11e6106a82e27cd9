// Policies, tables, requests, walks and all that happens between their attempts, as the bytes choose them, asked of the
// library and of naive readings of it: the walk oracle's programs (support/walk_program.h), with the bytes for a tape.
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/bodies.h"
#include "support/choice_tape.h"
#include "support/walk_program.h"

namespace pointsman::fuzz {

using testing::ChoiceTape;
using testing::WalkProgram;

bool Walks(std::string_view bytes) {
  std::vector<std::uint32_t> choices;  // a byte each: hardly any has more alternatives
  for (const char byte : bytes) choices.push_back(static_cast<std::uint8_t>(byte));
  ChoiceTape tape(choices);
  WalkProgram::Met met;
  const auto wrong = WalkProgram(tape, met, WalkProgram::Lie::kNone, WalkProgram::Tells::kNothing).Run();
  if (!wrong) return true;
  ChoiceTape again(choices);
  WalkProgram told(again, met, WalkProgram::Lie::kNone, WalkProgram::Tells::kAll);
  static_cast<void>(told.Run());
  Demand(false, "library and naive walker agree", told.Text() + "// " + *wrong);
  return true;
}

}  // namespace pointsman::fuzz
