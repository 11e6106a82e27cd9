// Names from strangers: escaped, shortened, never a surprise to a terminal.
#include "text/printable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "support/plain_text.h"
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

// Would catch: a name that looks like another one, of any of the characters that Unicode has for it.
TEST(Printable, TwoNamesThatDifferByWhatNothingIsDrawnForLookDifferent) {
  EXPECT_EQ(Printable("gpt\u115f"), "gpt\\u{115f}");
  EXPECT_EQ(Printable("\u1160\u3164\uffa0\u034f"), "\\u{1160}\\u{3164}\\u{ffa0}\\u{34f}");
  EXPECT_EQ(Printable("\ufe00\ufe0f\U000e0100\U000e01ef"), "\\u{fe00}\\u{fe0f}\\u{e0100}\\u{e01ef}");
  EXPECT_EQ(Printable("\u180e\u2060\u2064\u00ad"), "\\u{180e}\\u{2060}\\u{2064}\\u{0ad}");
}

std::string Utf8(std::uint32_t code) {
  const auto byte = [](std::uint32_t bits) { return std::string(1, static_cast<char>(bits)); };
  const auto rest = [&](int shift) { return byte(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) return byte(0xc0 | code >> 6) + rest(0);
  if (code < 0x10000) return byte(0xe0 | code >> 12) + rest(6) + rest(0);
  return byte(0xf0 | code >> 18) + rest(12) + rest(6) + rest(0);
}

TEST(Printable, EscapesOfAllCharactersThoseThatAreObeyedOrInvisibleAndNoOther) {
  std::size_t escaped = 0;
  for (std::uint32_t code = 0; code <= 0x10ffff; ++code) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const std::string character = Utf8(code);
    const bool is_escaped = Printable(character) != character;
    const bool is_marked = code == '"' || code == '\\' || code == '\n';
    ASSERT_EQ(is_escaped, is_marked || IsObeyed(code)) << "U+" << std::hex << code;
    ASSERT_EQ(WhatIsWrong(Printable(character)), "");
    ASSERT_EQ(Plain(character) != character, IsObeyed(code)) << "U+" << std::hex << code;
    escaped += is_escaped && code >= 0x80 ? 1 : 0;
  }
  // 4174 that Unicode 14.0 calls ignorable, 32 controls, 2 separators, 3 annotations.
  EXPECT_EQ(escaped, 4174u + 32 + 2 + 3);
}

TEST(Plain, LeavesAMessageAloneInWhichNamesAreEscapedAlready) {
  const std::string message = "a.json:3: channel " + Quoted("e\x1b\u202e\"\\") + "\nline two";
  EXPECT_EQ(Plain(message), message);
  EXPECT_EQ(Plain("\x1b[2J\xff\r\n\u202e"), "\\x1b[2J\\xff\\x0d\n\\u{202e}");
  EXPECT_EQ(Plain("ab分组", 4), "ab…(8 bytes)");
  EXPECT_EQ(PlainLine("a\nb\t"), "a b\\x09");
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
