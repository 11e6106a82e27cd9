// Names that mean harm: to memory, terminals, browsers, databases and readers.
#ifndef POINTSMAN_TESTS_SUPPORT_HOSTILE_NAMES_H_
#define POINTSMAN_TESTS_SUPPORT_HOSTILE_NAMES_H_

#include <string>
#include <vector>

namespace pointsman::testing {

inline std::vector<std::string> HostileNames() {
  std::vector<std::string> names = {
      std::string(1 << 20, 'a'),
      std::string(1 << 20, '\xff'),
      "\xff\xfe invalid \xc3( \xed\xa0\x80",
      std::string("nul\0nul", 7),
      "line\nline\r\ttab\x7f",
      "\x1b[2J\x1b]0;title\x07\xc2\x9b"
      "31m",
      "\xe2\x80\xae"
      "gpj.exe \xe2\x80\x8f\xe2\x81\xa6 \xd8\x9c \xe2\x80\x8b",
      "<script>alert('x')</script>&\"'>",
      "'; DROP TABLE channels; -- \\",
      "\xe2\x80\xa8 \xe2\x80\xa9 \xef\xbb\xbf \xf3\xa0\x80\x81",
      // Reads as "gpt" without being it: fillers, joiners, variation selectors.
      "g\xe1\x85\x9fp\xe3\x85\xa4t\xcd\x8f\xef\xb8\x8f\xe1\xa0\x8e\xe2\x81\xa0\xf3\xa0\x84\x80\xef\xbe\xa0",
      "%s%n%99999999d {} ${x} `id` $(id)",
  };
  return names;
}

// The first of a name that is worth showing in a failure.
inline std::string Shown(const std::string& name) { return name.substr(0, 40); }

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_HOSTILE_NAMES_H_
