// SPDX-License-Identifier: Apache-2.0
// The ring and its spill histogram with both ends in one thread.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>

#include "shm/shared_segment.hpp"

namespace {

using namespace outrider;
using namespace outrider::shm;

TEST(SampleRing, SpillsNothingWhileTheReaderKeepsUp) {
  const test::SharedSegment segment{64};
  const HistogramCells cells = segment.cells();
  std::atomic<std::uint64_t> position{0};
  RingWriter writer;
  writer.open(segment.writer_view().lane(0), position, false);
  RingReader reader{segment.reader_view().lane(0), 0};

  for (std::uint64_t i = 0; i < 10'000; ++i) {
    writer.push(i, Ticks{}, cells);
    if (i % 64 == 63) reader.release(reader.readable(), position);
  }

  EXPECT_EQ(reader.spilled(), 0U);
}

TEST(SampleRing, TakesSamplesAgainSoonAfterRoomIsMade) {
  const test::SharedSegment segment{64};
  const HistogramCells cells = segment.cells();
  std::atomic<std::uint64_t> position{0};
  RingWriter writer;
  writer.open(segment.writer_view().lane(0), position, false);
  RingReader reader{segment.reader_view().lane(0), 0};
  for (std::uint64_t i = 0; i < 1000; ++i) writer.push(i, Ticks{}, cells);

  reader.release(reader.readable(), position);
  for (std::uint64_t i = 0; i < 64; ++i) writer.push(i, Ticks{}, cells);

  EXPECT_GT(reader.readable(), 0U);
}

/// Memory that a child of a fork shares with us.
template <class T>
T& shared_with_children() {
  void* memory =
      ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  return *static_cast<T*>(memory);
}

TEST(SampleRing, HasNoSampleBeforeItsSlotIsWritten) {
  struct Page {
    alignas(4096) std::array<Sample, 256> slots;
  };
  auto& header = shared_with_children<LaneHeader>();
  auto& ring = shared_with_children<Page>();
  const test::SharedSegment segment{64};
  const HistogramCells cells = segment.cells();
  const std::atomic<std::uint64_t> position{0};

  // A trader that may not write its slots ends right before it does, as by a kill.
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGSEGV, SIG_DFL);
    ::mprotect(&ring, sizeof ring, PROT_READ);
    RingWriter writer;
    writer.open({&header, {}, {}, ring.slots}, position, false);
    writer.push(7, Ticks{}, cells);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);

  ASSERT_TRUE(WIFSIGNALED(status)) << status;
  EXPECT_EQ(header.head, 0U);
  ::munmap(&header, sizeof header);
  ::munmap(&ring, sizeof ring);
}

}  // namespace
