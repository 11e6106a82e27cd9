// Names from strangers: escaped, shortened, never a surprise to a terminal.
#include "text/printable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "text/nearest.h"

namespace pointsman::testing {
namespace {

TEST(Printable, LeavesOrdinaryNamesAlone) {
  for (const char* name : {"gpt-4o", "分组", "naïve", "😀", "a b"}) EXPECT_EQ(Printable(name), name);
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(Printable("\x1b[2J\r\n\x7f"), "\\x1b[2J\\x0d\\x0a\\x7f");
  EXPECT_EQ(Printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printable("say \"hi\" \\"), "say \\\"hi\\\" \\\\");
}

TEST(Printable, EscapesInvisibleAndReorderingCharacters) {
  EXPECT_EQ(Printable("a\u202eb"), "a\\u{202e}b");
  EXPECT_EQ(Printable("\u200b\ufeff\u2028\u0085"), "\\u{200b}\\u{feff}\\u{2028}\\u{085}");
}

TEST(Printable, EscapesInvalidUtf8ByteByByte) {
  EXPECT_EQ(Printable("\xff\xc0\x80"), "\\xff\\xc0\\x80");           // never valid, overlong
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond the last character
  EXPECT_EQ(Printable("\xe4\xb8"), "\\xe4\\xb8");                    // cut short
}

TEST(Printable, CutsAtACharacterAndSaysHowLongItWas) {
  EXPECT_EQ(Printable("abcdef", 4), "abcd…(6 bytes)");
  EXPECT_EQ(Printable("abcd", 4), "abcd");
  EXPECT_EQ(Printable("ab分组", 4), "ab…(8 bytes)");
  EXPECT_LT(Printable(std::string(1 << 20, '\x1b')).size(), 400u);
}

TEST(Nearest, FindsASwapAnInsertADeleteAndAChange) {
  EXPECT_EQ(EditDistance("empty_gruop", "empty_group"), 1u);
  EXPECT_EQ(EditDistance("abc", "abdc"), 1u);
  EXPECT_EQ(EditDistance("abc", "ac"), 1u);
  EXPECT_EQ(EditDistance("abc", "axc"), 1u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(Nearest, NamesNothingThatIsFarAway) {
  const std::string_view names[] = {"default_group", "empty_group"};
  EXPECT_EQ(NearestName("empty_gruop", names), "empty_group");
  EXPECT_EQ(NearestName("colour", names), "");
  EXPECT_EQ(DidYouMean("defaultgroup", names), " (did you mean \"default_group\"?)");
}

}  // namespace
}  // namespace pointsman::testing
