// Fuzz bodies: each takes any bytes, does with them what a host would do with a file, a row or a request, and demands
// what must hold whatever they are. The same function runs over the committed corpus (corpus_test.cc, in ./dev test)
// and under libFuzzer (./dev fuzz). It tells whether the bytes were taken for what they claim to be; some bodies take
// any for it.
//
// A new body: a function here, a line in kBodies, a file of its name, a folder of its name in corpus/. A file there
// whose name begins with kRefused is there to be refused; each other one must be taken, or it says less than it seems.
#ifndef POINTSMAN_TESTS_FUZZ_BODIES_H_
#define POINTSMAN_TESTS_FUZZ_BODIES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pointsman::fuzz {

bool JsonRows(std::string_view bytes);
bool PolicyJson(std::string_view bytes);
bool CommaList(std::string_view bytes);
bool OptionRows(std::string_view bytes);
bool ChannelInfo(std::string_view bytes);
bool CAbi(std::string_view bytes);
bool Decisions(std::string_view bytes);
bool DumpText(std::string_view bytes);
bool StateText(std::string_view bytes);
bool SqliteFile(std::string_view bytes);
bool OutcomeText(std::string_view bytes);
bool Walks(std::string_view bytes);

inline constexpr std::string_view kRefused = "refused_";

struct Body {
  const char* name;  // of its folder in corpus/
  bool (*run)(std::string_view bytes);
};

inline constexpr Body kBodies[] = {
    {"json_rows", JsonRows},     {"policy_json", PolicyJson},   {"comma_list", CommaList},
    {"option_rows", OptionRows}, {"channel_info", ChannelInfo}, {"c_abi", CAbi},
    {"decisions", Decisions},    {"dump_text", DumpText},       {"state_text", StateText},
    {"sqlite_file", SqliteFile}, {"outcome_text", OutcomeText}, {"walks", Walks},
};

// Ends the program where the claim is wrong, with the claim; what libFuzzer and a test alike understand.
void Demand(bool holds, std::string_view claim, std::string_view detail = {});
// That a person may be shown it.
void DemandPlain(std::string_view text, std::string_view what);
// That the refusal can be shown; false, as bodies return where they refuse.
bool Refused(std::string_view why);

// Choices from bytes, one after the other; 0 once they are used up.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte;
  }
  // REQUIRES: n >= 1.
  std::size_t Below(std::size_t n) { return n <= 256 ? Byte() % n : (Byte() * std::size_t{256} + Byte()) % n; }
  bool OneIn(std::size_t n) { return Below(n) == n - 1; }
  std::uint64_t Word() {
    std::uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word = word << 8 | Byte();
    return word;
  }
  // At most so many of what is left.
  std::string_view Text(std::size_t most) {
    const std::string_view text = bytes_.substr(0, Below(most + 1));
    bytes_.remove_prefix(text.size());
    return text;
  }

 private:
  std::string_view bytes_;
};

}  // namespace pointsman::fuzz

#endif  // POINTSMAN_TESTS_FUZZ_BODIES_H_
