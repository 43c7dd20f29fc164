// SPDX-License-Identifier: Apache-2.0
// The ring and its spill histogram with both ends in one thread.
#include <gtest/gtest.h>

#include <atomic>

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

}  // namespace
