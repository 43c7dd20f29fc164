// SPDX-License-Identifier: Apache-2.0
// A look past the end of a file that was cut short under us.
#include "segments/fault_watch.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "segments/mapped_file.hpp"

namespace {

using namespace outrider;
using segments::FaultWatch;
using test::bytes;
using test::MappedFile;

TEST(FaultWatch, ReadsZeroesWhereAFileWasCutShortAndSaysSo) {
  const MappedFile file;
  const FaultWatch watch{file.mapping, shm::Access::read_only};
  EXPECT_EQ(file.at(bytes - 1), 1);
  EXPECT_FALSE(watch.faulted());

  file.cut(4096);

  EXPECT_FALSE(watch.faulted());  // nobody has looked yet
  EXPECT_EQ(file.at(bytes - 1), 0);
  EXPECT_TRUE(watch.faulted());
  EXPECT_EQ(file.at(0), 0);  // all of it, so that no half is believed
}

TEST(FaultWatch, TakesStoresIntoAFileThatWasCutShort) {
  const MappedFile file{shm::Access::read_write};
  const FaultWatch watch{file.mapping, shm::Access::read_write};
  file.cut(0);
  // relaxed: a byte.
  std::atomic_ref{file.mapping.data()[0]}.store(std::byte{1}, std::memory_order_relaxed);
  EXPECT_TRUE(watch.faulted());
  EXPECT_EQ(file.at(0), 1);
}

TEST(FaultWatch, LeavesEveryOtherMappingAlone) {
  const MappedFile cut;
  const MappedFile whole;
  const FaultWatch watch_cut{cut.mapping, shm::Access::read_only};
  const FaultWatch watch_whole{whole.mapping, shm::Access::read_only};
  cut.cut(0);
  EXPECT_EQ(cut.at(0), 0);
  EXPECT_EQ(whole.at(0), 1);
  EXPECT_FALSE(watch_whole.faulted());
}

TEST(FaultWatch, IsShownToEveryThreadThatSawAZero) {
  for (int round = 0; round < 50; ++round) {
    const MappedFile file;
    const FaultWatch watch{file.mapping, shm::Access::read_only};
    std::atomic<int> unflagged{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&] {
        while (file.at(bytes - 1) == 1) {
        }
        if (!watch.faulted()) ++unflagged;
      });
    }
    file.cut(0);
    for (std::thread& reader : readers) reader.join();
    ASSERT_EQ(unflagged, 0);
  }
}

TEST(FaultWatch, WatchesAnAddressAgainThatWasGivenBack) {
  for (int round = 0; round < 20; ++round) {
    const MappedFile file;
    const FaultWatch watch{file.mapping, shm::Access::read_only};
    ASSERT_TRUE(watch);
    ASSERT_FALSE(watch.faulted());
    file.cut(0);
    ASSERT_EQ(file.at(0), 0);
    ASSERT_TRUE(watch.faulted());
  }
}

TEST(FaultWatch, HasNoRoomForMoreThanItsTableHolds) {
  const MappedFile file;
  std::vector<FaultWatch> all;
  for (std::size_t i = 0; i < segments::max_watched; ++i) {
    all.emplace_back(file.mapping, shm::Access::read_only);
    ASSERT_TRUE(all.back());
  }
  EXPECT_FALSE(FaultWatch(file.mapping, shm::Access::read_only));
  all.pop_back();
  EXPECT_TRUE(FaultWatch(file.mapping, shm::Access::read_only));
}

/// A fault in a file that nobody watches, beside one that is watched.
[[noreturn]] void fault_outside() {
  signal(SIGBUS, SIG_DFL);
  const MappedFile watched;
  const MappedFile other;
  const FaultWatch watch{watched.mapping, shm::Access::read_only};
  other.cut(0);
  _exit(other.at(0));
}

TEST(FaultWatchDeathTest, LeavesAFaultOutsideToWhoeverWasThereBefore) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(fault_outside(), "");
}

}  // namespace
