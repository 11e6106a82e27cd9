// Every body over its corpus: as it is, cut, and with bytes changed. What ./dev fuzz finds is added to the corpus and
// stays found.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/bodies.h"
#include "pointsman/random.h"

namespace pointsman::fuzz {
namespace {

std::vector<std::filesystem::path> CorpusOf(const Body& body) {
  const std::filesystem::path folder = std::filesystem::path(POINTSMAN_FUZZ_CORPUS) / body.name;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string Contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class FuzzCorpus : public ::testing::TestWithParam<Body> {};
INSTANTIATE_TEST_SUITE_P(Of, FuzzCorpus, ::testing::ValuesIn(kBodies),
                         [](const auto& body) { return std::string(body.param.name); });

TEST_P(FuzzCorpus, HoldsWhateverTheBytesAre) {
  const std::vector<std::filesystem::path> files = CorpusOf(GetParam());
  ASSERT_GE(files.size(), 3u) << "too few to say anything";
  SplitMix64 bits(1);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(bits() % n); };
  for (const std::filesystem::path& file : files) {
    SCOPED_TRACE(file.filename());
    const std::string bytes = Contents(file);
    GetParam().run(bytes);
    for (std::size_t part = 0; part < 8; ++part)
      GetParam().run(std::string_view(bytes).substr(0, bytes.size() * part / 8));
    for (int i = 0; i < 24 && !bytes.empty(); ++i) {
      std::string changed = bytes;
      for (std::size_t n = 1 + below(3); n > 0; --n) changed[below(changed.size())] = static_cast<char>(bits());
      GetParam().run(changed);
    }
  }
}

// Would catch: a seed with a slip in it, which is refused at its first key and so tries nothing of what it names.
TEST_P(FuzzCorpus, IsTakenSaveWhatIsThereToBeRefused) {
  for (const std::filesystem::path& file : CorpusOf(GetParam())) {
    const bool is_to_be_refused = file.filename().string().starts_with(kRefused);
    EXPECT_EQ(GetParam().run(Contents(file)), !is_to_be_refused) << file.filename();
  }
}

TEST(FuzzBodies, HaveAFolderEachAndNoFolderIsWithoutABody) {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(POINTSMAN_FUZZ_CORPUS)) {
    folders.push_back(entry.path().filename());
  }
  std::vector<std::string> names;
  for (const Body& body : kBodies) names.emplace_back(body.name);
  std::sort(folders.begin(), folders.end());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(folders, names);
}

}  // namespace
}  // namespace pointsman::fuzz
