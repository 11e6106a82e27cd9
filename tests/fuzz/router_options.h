// RouterOptionsFrom: options of the C ABI as bytes choose them, half of them with a policy that can be.
//
// Thread safety: thread-safe (a pure function of its choices).
#ifndef POINTSMAN_TESTS_FUZZ_ROUTER_OPTIONS_H_
#define POINTSMAN_TESTS_FUZZ_ROUTER_OPTIONS_H_

#include <bit>
#include <cstdint>
#include <string_view>

#include "fuzz/bodies.h"
#include "pointsman/c.h"

namespace pointsman::fuzz {

inline constexpr std::string_view kPolicies[] = {
    R"({"groups": {"vip": {"fallback": [{"group": "default", "when": "exhausted"}]}}, "auto": {"auto": ["vip"]}})",
    R"({"balance": "affinity", "usable": {"vip": ["default"]}, "retry": {"last_resort": "repeat"}})",
    R"({"models": {"prefixes": true, "aliases": {"nn": "m"}}, "balance": "smooth_round_robin"})"};

// `usual` with what the bytes change. Its policy is a view of them.
inline pointsman_router_options RouterOptionsFrom(Choices& choices, pointsman_router_options usual) {
  const std::string_view policy = choices.OneIn(2) ? kPolicies[choices.Below(3)] : choices.Text(1000);
  usual.policy = {policy.data(), policy.size()};
  usual.nodes = static_cast<std::int32_t>(choices.Below(5)) - 1;
  usual.refuse_when_cool = choices.OneIn(2);
  usual.jitter_seed = choices.Byte();
  if (choices.OneIn(8)) usual.max_lost_share = std::bit_cast<double>(choices.Word());
  // Of a caller that is older than the library; one that states more than there is lies, and is believed.
  if (choices.OneIn(8)) usual.struct_size = choices.Below(sizeof usual);
  return usual;
}

}  // namespace pointsman::fuzz

#endif  // POINTSMAN_TESTS_FUZZ_ROUTER_OPTIONS_H_
