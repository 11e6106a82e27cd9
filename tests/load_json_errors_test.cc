// JSON that cannot be loaded at all: every message names place and cure, and no text breaks the reader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <random>
#include <string>

#include "pointsman/load/json.h"

namespace pointsman {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

absl::Status StatusOf(JsonLoader loader, const Wanted& wanted = Wanted::Everything()) {
  Rows rows;
  return loader.Load(rows, wanted);
}

// The message about a text that must be refused as invalid.
std::string Refusal(const std::string& text) {
  const absl::Status status = StatusOf(JsonLoader::Text(text, "r.json"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(status.message());
}

TEST(JsonSyntax, PlaceIsTheLineAndColumnOfTheOffendingToken) {
  EXPECT_EQ(Refusal("{\"channels\": [\n  {\"id\": 8},\n]}"), "r.json:3:1: unexpected ']'; remove the comma before it");
  EXPECT_EQ(Refusal("{\"users\": [{\"id\": 1,}]}"), "r.json:1:21: unexpected '}'; remove the comma before it");
  EXPECT_EQ(Refusal("{\"users\":\n [{\"id\": 1 \"group\": \"g\"}]}"),
            "r.json:2:12: unexpected string literal; a comma may be missing before it");
  EXPECT_EQ(Refusal("{\"users\": [{\"id\" 1}]}"),
            "r.json:1:18: unexpected number literal; write a colon between a name and its value");
  EXPECT_EQ(Refusal("{\"users\": [{\"id\": }]}"), "r.json:1:19: unexpected '}'; write a value here");
}

TEST(JsonSyntax, ColumnsCountCharactersNotBytes) {
  EXPECT_EQ(Refusal("{\"users\": [{\"name\": \"渠道\" 1}]}"),
            "r.json:1:26: unexpected number literal; a comma may be missing before it");
  EXPECT_EQ(Refusal("\xef\xbb\xbf[]"), Refusal("[]"));
}

TEST(JsonSyntax, WordsThatJsonDoesNotKnowAreNamedWithTheirCure) {
  EXPECT_EQ(
      Refusal("{\"users\": [{\"id\": flase}]}"),
      "r.json:1:19: this is no JSON value; write text in double quotes; JSON's only words are true, false and null");
  EXPECT_EQ(Refusal("{\"users\": [{\"id\": 'a'}]}"), "r.json:1:19: this is no JSON value; JSON wants double quotes");
  EXPECT_EQ(Refusal("{\"users\": [{id: 1}]}"), "r.json:1:13: this is no JSON value; write names in double quotes");
  EXPECT_EQ(Refusal("{\"users\": [{\"id\": .5}]}"),
            "r.json:1:19: this is no JSON value; a number begins with a digit or with -");
}

TEST(JsonSyntax, TextThatEndsTooEarlyOrTooLateIsRefused) {
  EXPECT_EQ(Refusal("{\"users\": [{\"id\": 1}"),
            "r.json:1:21: unexpected end of input; the text ends too early: close every [ and {");
  EXPECT_EQ(
      Refusal("{} x"),
      "r.json:1:4: this is no JSON value; write text in double quotes; JSON's only words are true, false and null");
  EXPECT_EQ(Refusal("{}\n{}"),
            "r.json:2:1: unexpected '{'; expected end of input; one document only: remove what follows it");
  EXPECT_EQ(Refusal(""), "r.json:1:1: the text is empty; write at least {}");
  EXPECT_EQ(Refusal(" \n "), "r.json:1:1: the text is empty; write at least {}");
  EXPECT_THAT(Refusal("// nothing"), StartsWith("r.json:1:11: unexpected end of input"));
  EXPECT_THAT(Refusal("{} /* never closed"), EndsWith("comments are // to the end of the line, or /* to */"));
}

// The parser takes a NUL for the end: everything behind it would be lost in silence.
TEST(JsonSyntax, NulByteIsRefused) {
  EXPECT_EQ(Refusal(std::string("{}\0{\"a\"", 7)), "r.json:1:3: a NUL byte; save the text as UTF-8, without NULs");
}

TEST(JsonSyntax, InvalidUtf8IsRefusedWithItsPlace) {
  EXPECT_EQ(Refusal("{\"users\": [{\"id\": 1,\n\"username\": \"a\xff\"}]}"),
            "r.json:2:15: invalid string: ill-formed UTF-8 byte; save the text as UTF-8");
}

TEST(JsonSyntax, LineBreakInAStringIsPlacedWhereTheQuoteIsMissing) {
  EXPECT_EQ(Refusal("{\"users\": [{\"username\": \"ada\n}]}"),
            "r.json:1:29: invalid string: control character U+000A (LF) must be escaped to \\u000A or \\n; "
            "close the quotes before the line ends, or escape the character");
}

// What the parser read last may be a secret.
TEST(JsonSyntax, TextIsNeverRepeatedInSyntaxErrors) {
  for (const char* ending : {"", "\n", "\xff", "\\q", "\" x", "\" 1", "\": sk-secret"}) {
    EXPECT_THAT(Refusal(std::string("{\"channels\": [{\"id\": 1, \"key\": \"sk-secret") + ending),
                Not(HasSubstr("sk-")))
        << ending;
  }
  EXPECT_THAT(Refusal(R"({"tokens": ["sk-secret"]})"), Not(HasSubstr("sk-")));
  EXPECT_THAT(Refusal(R"({"tokens": "sk-secret"})"), Not(HasSubstr("sk-")));
}

TEST(JsonSyntax, NumberBeyondADoubleIsRefusedWithItsPlace) {
  EXPECT_EQ(Refusal("{\"users\": [{\"id\": 1e999}]}"),
            "r.json:1:19: a number beyond what a computer holds; write a smaller one");
}

TEST(JsonSyntax, NestingStopsAt64Levels) {
  const auto nested = [](std::size_t levels) {  // inside of three levels: document, table, row
    return "{\"users\": [{\"id\": 1, \"x\": " + std::string(levels, '[') + std::string(levels, ']') + "}]}";
  };
  EXPECT_TRUE(StatusOf(JsonLoader::Text(nested(61))).ok());
  EXPECT_EQ(Refusal(nested(62)), "r.json:1:88: nested deeper than 64 levels; rows need no more than a few");
  EXPECT_THAT(Refusal(std::string(1000000, '[')), HasSubstr("the document is a list"));
}

TEST(JsonShape, OnlyAnObjectOfListsOfObjectsIsADocument) {
  EXPECT_EQ(Refusal("[]"),
            "r.json:1:1: the document is a list, not an object of tables; write {\"channels\": [{\"id\": 8}]}");
  EXPECT_EQ(Refusal("\n5"),
            "r.json:2:1: the document is a number, not an object of tables; write {\"channels\": [{\"id\": 8}]}");
  EXPECT_EQ(Refusal("{\"tokens\": {}}"),
            "r.json:1:12: $.tokens is an object, not a list of rows; write [] for an empty table, or leave it out");
  EXPECT_EQ(Refusal("{\"tokens\": null}"),
            "r.json:1:12: $.tokens is null, not a list of rows; write [] for an empty table, or leave it out");
  EXPECT_EQ(Refusal("{\"tokens\": [{\"id\": 1},\n 5]}"),
            "r.json:2:2: $.tokens[1] is a number, not a row; write an object such as {\"id\": 8}");
  EXPECT_EQ(Refusal("{\"tokens\": [[]]}"),
            "r.json:1:13: $.tokens[0] is a list, not a row; write an object such as {\"id\": 8}");
}

TEST(JsonShape, UnknownTableNamesTheNearOne) {
  EXPECT_EQ(Refusal("{\n  \"chanels\": []}"),
            "r.json:2:3: unknown table \"chanels\" (did you mean \"channels\"?); "
            "the tables are channels, abilities, tokens, users, options");
  EXPECT_EQ(Refusal("{\"a\\\"\\\\\": []}"),
            "r.json:1:2: unknown table \"a\\\"\\\\\"; "
            "the tables are channels, abilities, tokens, users, options");
}

TEST(JsonShape, TableThatStandsTwiceIsRefusedEvenIfNotWanted) {
  const std::string text = "{\"tokens\": [], \"tokens\": []}";
  const std::string message = "r.json:1:16: table \"tokens\" stands in the document twice; put its rows into one list";
  EXPECT_EQ(Refusal(text), message);
  EXPECT_EQ(StatusOf(JsonLoader::Text(text, "r.json"), Wanted()).message(), message);
}

TEST(JsonStops, PassedDeadlineEndsTheLoad) {
  const absl::Status status =
      StatusOf(JsonLoader::Text("{\"users\": []}", "r.json"), {.deadline = std::chrono::steady_clock::now()});
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(status.message(), "r.json: not read before the deadline; allow more time");
}

// Takes one row, and no more.
class FullSink final : public RowSink {
 public:
  bool Add(const ChannelRow&) override { return ++added < 1; }
  bool Add(const AbilityRow&) override { return false; }
  bool Add(const TokenRow&) override { return false; }
  bool Add(const UserRow&) override { return false; }
  bool Add(const OptionRow&) override { return false; }
  void Reject(Rejection) override {}
  int added = 0;
};

TEST(JsonStops, SinkThatCancelsGetsNoFurtherRow) {
  FullSink sink;
  const absl::Status status = JsonLoader::Text(R"({"channels": [{"id": 1}, {"id": 2}]})").Load(sink, {});
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(sink.added, 1);
}

TEST(JsonFile, FileIsReadAndNamedByItsPath) {
  const std::string path = ::testing::TempDir() + "/pointsman_load_json.json";
  std::ofstream(path) << "{\"channels\": [{\"id\": 8}, {\"id\": \"x\"}]}";
  Rows rows;
  JsonLoader loader = JsonLoader::File(path);
  EXPECT_TRUE(loader.Load(rows, {}).ok());
  EXPECT_EQ(loader.source(), path);
  ASSERT_EQ(rows.channels().size(), 1U);
  ASSERT_EQ(rows.rejections().size(), 1U);
  EXPECT_EQ(rows.rejections()[0].place.source, path);
  std::ofstream(path) << "{";
  EXPECT_THAT(std::string(StatusOf(JsonLoader::File(path)).message()), StartsWith(path + ":1:2: "));
  ::unlink(path.c_str());
}

TEST(JsonFile, MissingFileDirectoryAndForbiddenFileAreToldApart) {
  const absl::Status missing = StatusOf(JsonLoader::File("/nonexistent/r.json"));
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.message(), "/nonexistent/r.json: no such file; check the path");
  const absl::Status directory = StatusOf(JsonLoader::File("/"));
  EXPECT_EQ(directory.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(directory.message(), "/: is a directory; name the JSON file in it");
}

TEST(JsonFile, FileThatMayNotBeReadIsPermissionDenied) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const std::string path = ::testing::TempDir() + "/pointsman_forbidden.json";
  std::ofstream(path) << "{}";
  ::chmod(path.c_str(), 0);
  EXPECT_EQ(StatusOf(JsonLoader::File(path)).code(), absl::StatusCode::kPermissionDenied);
  ::unlink(path.c_str());
}

// One to four random edits of a document that holds one of everything.
std::string Mutated(std::string text, std::mt19937& random) {
  constexpr std::string_view kBytes("{}[]\",:\\/*-.0129eEtfnu \n\x00\x7f\x80\xc3\xff", 29);
  for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
    const std::size_t at = random() % text.size();
    const std::size_t length = std::min<std::size_t>(random() % 8, text.size() - at);
    switch (random() % 4) {
      case 0: text[at] = kBytes[random() % kBytes.size()]; break;
      case 1: text.insert(at, 1, kBytes[random() % kBytes.size()]); break;
      case 2: text.insert(random() % text.size(), text.substr(at, length)); break;
      default: text.erase(at, std::min(length, text.size() - 1)); break;
    }
  }
  return text;
}

// Nothing crashes; a refused text says where, and a rejected row how to mend it.
TEST(JsonFuzz, MutatedDocumentsAreDeliveredOrRefusedWithAPlace) {
  const std::string valid =
      R"({"channels": [{"id": 8, "name": "渠道", "weight": 2.0, "models": "a,b", "key": "sk-secret",
    "model_mapping": {"a": ["\u00e9", -1.5e3, true]}, "tag": null} /* one */], "abilities": [{"group": "g", "model": "m",
    "channel_id": 8, "enabled": false}], "tokens": [{"id": 1, "deleted_at": "x"}, {"id": 2, "auto_groups": ["g"]}],
    "users": [{"id": 1}], "options": [{"key": "k", "value": "v"}] // end
  })";
  std::mt19937 random(20250601);
  int refused = 0;
  int delivered = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = Mutated(valid, random);
    Rows rows("r.json");
    const absl::Status status = JsonLoader::Text(text, "r.json").Load(rows, Wanted::Everything());
    if (status.ok()) {
      ++delivered;
      for (const Rejection& rejection : rows.rejections()) EXPECT_FALSE(rejection.cure.empty()) << rejection.Text();
    } else {
      ++refused;
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(status.message()), ::testing::MatchesRegex("r\\.json:[0-9]+:[0-9]+: .+"));
      EXPECT_THAT(std::string(status.message()), Not(HasSubstr("json.exception"))) << text;
    }
  }
  EXPECT_GT(refused, 500);
  EXPECT_GT(delivered, 500);
}

}  // namespace
}  // namespace pointsman
