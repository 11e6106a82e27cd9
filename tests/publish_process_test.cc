// Publication and what a process can do to it: fork, signals, no memory left, a library that is closed again.
#if defined(__linux__)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#endif
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include "pointsman/router.h"
#include "publish/hazard.h"
#include "support/rows_builder.h"
#include "support/stamped.h"

#if defined(__SANITIZE_THREAD__)
#define THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREAD_SANITIZER 1
#endif
#endif

#if defined(THREAD_SANITIZER)
constexpr bool kThreadSanitizer = true;  // it brings its own operator new
#else
constexpr bool kThreadSanitizer = false;

#include "support/every_new.h"

namespace {
thread_local bool no_slots = false;
thread_local int allocations = 0;
}  // namespace

void* pointsman::testing::Allocated(std::size_t size, std::size_t alignment) noexcept {
  ++allocations;
  if (no_slots && alignment > alignof(std::max_align_t)) return nullptr;
  return FromMalloc(size, alignment);
}
#endif

namespace pointsman::testing {
namespace {

using Cell = HazardCell<Stamped>;

// The exit status of a child that runs `work`; true is 0.
template <class Work>
int InChild(Work work) {
  const pid_t child = fork();
  if (child == 0) _exit(work() ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

class PublicationProcess : public EachFence {};
POINTSMAN_WITH_EACH_FENCE(PublicationProcess);

// Would catch: that all the tests of the asymmetric fence are skipped, and nobody sees it.
TEST(PublicationProcess, AsymmetricFenceIsUsedExactlyWhereLinuxOffersIt) {
#if defined(SYS_membarrier)
  constexpr long kPrivateExpedited = 1 << 3;
  const long offered = syscall(SYS_membarrier, 0, 0, 0);
  const bool expected = !kThreadSanitizer && offered > 0 && (offered & kPrivateExpedited) != 0;
#else
  const bool expected = false;
#endif
  EXPECT_EQ(AsymmetricFenceWorks(), expected);
}

#if defined(__linux__) && defined(SYS_membarrier)
// Makes membarrier fail from now on, as a sandbox does that a host enters late. False where that is not possible.
bool ForbidMembarrier() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{.len = 4, .filter = program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST(PublicationProcess, FenceThatIsForbiddenLaterCostsMemoryAndNotSafety) {
  if (!AsymmetricFenceWorks()) GTEST_SKIP() << "no asymmetric fence here";
  const int status = InChild([] {
    if (!ForbidMembarrier()) return true;
    Cell cell(Stamp(1), Fence::kAsymmetric);
    cell.Replace(Stamp(2));
    cell.Replace(Stamp(3));
    return cell.Read(kGeneration) == 3 && cell.Reclaim() == 2 && Stamped::alive() == 3;
  });
  EXPECT_EQ(status, 0);
}
#endif

#if !defined(THREAD_SANITIZER)
TEST_P(PublicationProcess, ReadsAllocateOnlyAThreadsSlot) {
  Cell cell(Stamp(1), GetParam());
  std::thread([&] {
    allocations = 0;
    cell.Read(kGeneration);
    EXPECT_LE(allocations, 1);
    allocations = 0;
    for (int i = 0; i < 100; ++i)
      cell.Read([&](const Stamped&) { return cell.Read(kGeneration) + cell.Hold()->generation(); });
    EXPECT_EQ(allocations, 0);
  }).join();
}

// Would catch: a read that ends the process, or goes unprotected, for lack of 128 bytes.
TEST_P(PublicationProcess, ReadsWithoutMemoryForASlotAreServedAndProtected) {
  Cell cell(Stamp(1), GetParam());
  cell.Read([&](const Stamped&) {
    std::vector<std::thread> others;  // they take what slots are free
    std::promise<void> end;
    const std::shared_future<void> ended = end.get_future().share();
    const std::size_t busy = HazardSlotCount();
    std::atomic<std::size_t> started{0};
    for (std::size_t i = 0; i < busy; ++i) {
      others.emplace_back([&] {
        cell.Read(kGeneration);
        ++started;
        ended.wait();
      });
    }
    while (started < busy) std::this_thread::yield();
    const std::size_t slots = HazardSlotCount();
    std::thread([&] {
      no_slots = true;
      const std::shared_ptr<const Stamped> held = cell.Hold();
      cell.Read([&](const Stamped& value) {
        std::thread([&] { cell.Replace(Stamp(held->generation() + 1)); }).join();
        EXPECT_EQ(value.generation(), held->generation());
        EXPECT_EQ(cell.Read(kGeneration), held->generation() + 1);
      });
      EXPECT_EQ(HazardSlotCount(), slots);
      no_slots = false;
      cell.Read(kGeneration);
      EXPECT_EQ(HazardSlotCount(), slots + 1) << "it gets one as soon as there is memory";
    }).join();
    end.set_value();
    for (std::thread& other : others) other.join();
  });
  EXPECT_EQ(cell.Reclaim(), 0u);
  EXPECT_EQ(Stamped::alive(), 1);
}
#endif  // !defined(THREAD_SANITIZER)

TEST_P(PublicationProcess, SignalHandlerMayReadInTheMiddleOfARead) {
  static Cell* cell = nullptr;
  static volatile std::sig_atomic_t seen = 0;
  Cell mine(Stamp(1), GetParam());
  cell = &mine;
  const auto before = std::signal(SIGUSR1, [](int) { seen = static_cast<int>(cell->Read(kGeneration)); });
  mine.Read([&](const Stamped& value) {
    mine.Replace(Stamp(2));
    std::raise(SIGUSR1);
    mine.Replace(Stamp(3));
    EXPECT_EQ(value.generation(), 1u);
  });
  std::signal(SIGUSR1, before);
  EXPECT_EQ(seen, 2);
}

TEST_P(PublicationProcess, ChildOfAForkReadsAndReplacesEvenWhileOthersWereReading) {
  Cell cell(Stamp(1), GetParam());
  std::promise<void> reading, end;
  std::thread reader([&] {
    cell.Read([&](const Stamped&) {
      reading.set_value();
      end.get_future().wait();
    });
  });
  reading.get_future().wait();
  const int status = InChild([&] {
    bool fine = cell.Read(kGeneration) == 1;
    for (std::uint64_t generation = 2; generation < 50; ++generation) cell.Replace(Stamp(generation));
    fine = fine && cell.Read(kGeneration) == 49 && cell.Hold()->generation() == 49;
    return fine && cell.Reclaim() == 1 && Stamped::alive() == 2;  // what the lost thread was reading stays
  });
  EXPECT_EQ(status, 0);
  end.set_value();
  reader.join();
  EXPECT_EQ(cell.Read(kGeneration), 1u);
}

TEST(PublicationProcess, ChildOfAForkSelectsAndPublishes) {
  Router router;
  const Request request{.group = "default", .model = "runway"};
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy())).table).ok());
  const std::shared_ptr<const RouteTable> next = MustCompile(RowsOf(Channel(9, "default", "runway"))).table;
  const int status = InChild([&] {
    return router.Select(request).channel_id() == 8 && router.Publish(next).ok() &&
           router.Select(request).channel_id() == 9;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(router.Select(request).channel_id(), 8);
}

// Would catch: a thread's end that calls into a library which is no longer there, or a library that cannot be closed.
TEST(PublicationProcess, LibraryMayBeClosedBeforeTheThreadsThatReadThroughIt) {
  const int status = InChild([] {
    void* const library = dlopen(PUBLISH_PLUGIN_PATH, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return false;
    const auto read = reinterpret_cast<int (*)()>(dlsym(library, "ReadThroughPlugin"));
    std::promise<int> has_read;
    std::promise<void> closed;
    std::thread reader([&] {
      has_read.set_value(read());
      closed.get_future().wait();
    });
    const bool seen = has_read.get_future().get() == 42;
    dlclose(library);
    const bool gone = dlopen(PUBLISH_PLUGIN_PATH, RTLD_NOW | RTLD_NOLOAD) == nullptr;
    closed.set_value();
    reader.join();
    return seen && gone;
  });
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace pointsman::testing
