// Where randomness is real: one chi-square per source of bits, and the independence of selections that follow each
// other or are made on several threads. Each threshold is exceeded once in a million runs of a right library.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "random/thread_generator.h"
#include "support/chi_square.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

constexpr std::size_t kFaces = 256;

// How even the eight bytes of a source's words are, one by one, printed.
template <class Source>
void ExpectEvenBytes(const char* name, Source&& next) {
  constexpr int kWords = 1 << 18;
  std::array<std::vector<double>, 8> counts;
  counts.fill(std::vector<double>(kFaces));
  for (int i = 0; i < kWords; ++i) {
    std::uint64_t word = next();
    for (std::vector<double>& byte : counts) {
      ++byte[word % kFaces];
      word /= kFaces;
    }
  }
  const std::vector<double> expected(kFaces, double{kWords} / kFaces);
  for (std::size_t byte = 0; byte < counts.size(); ++byte) {
    const double chi = ChiSquare(counts[byte], expected);
    std::printf("%s, byte %zu: chi-square %.1f of at most %.1f\n", name, byte, chi, OnceInAMillion(kFaces - 1));
    EXPECT_LT(chi, OnceInAMillion(kFaces - 1)) << name << ", byte " << byte;
  }
}

TEST(Statistics, BytesOfTheThreadsGeneratorAreEven) {
  ExpectEvenBytes("thread", [] { return thread_generator(); });
}
TEST(Statistics, BytesOfSplitMix64AreEven) {
  SplitMix64 bits(20260);
  ExpectEvenBytes("SplitMix64", bits);
}
TEST(Statistics, BytesOfAHostsEngineAreEvenOnTheirWayThroughUs) {
  std::mt19937_64 engine(7);
  ExpectEvenBytes("mt19937_64", RandomBits(engine));
}
TEST(Statistics, BytesOfAnEngineOf32BitsAreEvenOnceItIsWidened) {
  std::mt19937 engine(7);
  ExpectEvenBytes("mt19937", RandomBits(engine));
}

constexpr std::array kWeights = {7.0, 2.0, 1.0};
constexpr Request kRequest{.group = "g", .model = "m"};

void PublishThree(Router& router) {
  ASSERT_TRUE(router.Publish(TableFromLines("1 g m 7\n2 g m 2\n3 g m 1").value()).ok());
}

// Pairs of selections against the product of their shares. Pairs that overlap are no independent draws, so none do.
void ExpectIndependent(const char* name, const std::vector<std::int64_t>& first,
                       const std::vector<std::int64_t>& second) {
  const std::size_t n = kWeights.size();
  std::vector<double> counts(n * n);
  std::vector<double> expected(n * n);
  for (std::size_t i = 0; i < first.size(); ++i) {
    ++counts[static_cast<std::size_t>(first[i] - 1) * n + static_cast<std::size_t>(second[i] - 1)];
  }
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) {
      expected[a * n + b] = static_cast<double>(first.size()) * kWeights[a] * kWeights[b] / 100;
    }
  }
  const double most = OnceInAMillion(static_cast<double>(n * n - 1));
  const double chi = ChiSquare(counts, expected);
  std::printf("%s: chi-square %.1f of at most %.1f\n", name, chi, most);
  EXPECT_LT(chi, most) << name;
}

TEST(Statistics, SelectionsThatFollowEachOtherAreIndependent) {
  Router router;
  PublishThree(router);
  for (const std::size_t apart : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
    std::vector<std::int64_t> first, second;
    for (int i = 0; i < 60000; ++i) {
      first.push_back(router.Select(kRequest).channel_id());
      for (std::size_t between = 1; between < apart; ++between) static_cast<void>(router.Select(kRequest));
      second.push_back(router.Select(kRequest).channel_id());
    }
    ExpectIndependent((std::to_string(apart) + " apart").c_str(), first, second);
  }
}

// Would catch: threads whose generators are seeded alike, or from each other.
TEST(Statistics, SelectionsOnSeveralThreadsAreIndependent) {
  Router router;
  PublishThree(router);
  constexpr std::size_t kThreads = 4;
  std::array<std::vector<std::int64_t>, kThreads> drawn;
  std::array<std::vector<std::uint64_t>, kThreads> words;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 60000; ++i) drawn[t].push_back(router.Select(kRequest).channel_id());
      for (int i = 0; i < 1000; ++i) words[t].push_back(thread_generator());
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t a = 0; a < kThreads; ++a) {
    for (std::size_t b = a + 1; b < kThreads; ++b) {
      ExpectIndependent(("threads " + std::to_string(a) + " and " + std::to_string(b)).c_str(), drawn[a], drawn[b]);
    }
  }
  std::set<std::uint64_t> distinct;
  for (const auto& of_thread : words) distinct.insert(of_thread.begin(), of_thread.end());
  EXPECT_EQ(distinct.size(), kThreads * 1000) << "a word of 64 bits comes twice once in 10^12 runs";
}

// Would catch: workers of one parent that send all of their requests the same way.
TEST(Statistics, ProcessesDrawBitsOfTheirOwn) {
  const RandomBits bits = ThreadBits();
  static_cast<void>(bits());
  std::set<std::uint64_t> drawn;
  for (int child = 0; child < 3; ++child) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const pid_t id = fork();
    ASSERT_GE(id, 0);
    if (id == 0) {
      const std::uint64_t word = bits();
      _exit(write(ends[1], &word, sizeof word) == sizeof word ? 0 : 1);
    }
    std::uint64_t word = 0;
    EXPECT_EQ(read(ends[0], &word, sizeof word), static_cast<ssize_t>(sizeof word));
    int status = -1;
    EXPECT_EQ(waitpid(id, &status, 0), id);
    EXPECT_EQ(status, 0);
    for (const int end : ends) close(end);
    drawn.insert(word);
  }
  drawn.insert(bits());
  EXPECT_EQ(drawn.size(), 4u);
}

// A thread that begins where another has ended must not repeat it.
TEST(Statistics, ThreadsThatFollowEachOtherAreIndependent) {
  std::set<std::uint64_t> first_words;
  for (int t = 0; t < 200; ++t) std::thread([&] { first_words.insert(thread_generator()); }).join();
  EXPECT_EQ(first_words.size(), 200u);
}

}  // namespace
}  // namespace pointsman::testing
