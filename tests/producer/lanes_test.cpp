// SPDX-License-Identifier: Apache-2.0
// Lanes: one thread each, used again by name, shared when all are taken; and
// nothing is lost in any of these.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "producer/segment_view.hpp"

namespace {

using namespace outrider;
using test::SegmentView;

class Lanes : public testing::Test {
 protected:
  [[nodiscard]] SegmentView view() const { return SegmentView{directory_.path()}; }
  [[nodiscard]] std::uint64_t cell(std::uint32_t lane) const {
    return view().view().lane(lane).cells[0];
  }

  test::SegmentDirectory directory_;
  Producer producer_{test::small_options(directory_.path())};  // two lanes and the shared one
};

TEST_F(Lanes, CarryTheNameOfTheirWriter) {
  const Writer writer = producer_.writer("gateway");
  EXPECT_EQ(view().view().lanes_published(), 1U);
  EXPECT_STREQ(view().view().lane(0).header->name.data(), "gateway");
}

TEST_F(Lanes, CutANameThatIsTooLong) {
  const Writer writer = producer_.writer(std::string(100, 'x'));
  EXPECT_EQ(std::string{view().view().lane(0).header->name.data()}, std::string(31, 'x'));
}

TEST_F(Lanes, AreUsedAgainByAWriterOfTheSameName) {
  { producer_.writer("a").counter("c_total", "").add(1); }
  { producer_.writer("b").counter("c_total", "").add(10); }
  { producer_.writer("a").counter("c_total", "").add(100); }
  EXPECT_EQ(view().view().lanes_published(), 2U);
  EXPECT_EQ(cell(0), 101U);
  EXPECT_EQ(cell(1), 10U);
}

TEST_F(Lanes, AreUsedAgainByAnyWriterOnceAllHaveANameAndGoOnCounting) {
  const Writer a = producer_.writer("a");
  { producer_.writer("b").counter("c_total", "").add(1); }
  Writer c = producer_.writer("c");
  EXPECT_FALSE(c.shared());
  c.counter("c_total", "").add(2);
  EXPECT_EQ(cell(1), 3U);
  EXPECT_STREQ(view().view().lane(1).header->name.data(), "b");  // its first writer's name
}

TEST_F(Lanes, GoOnInTheirRingWhereTheLastWriterStopped) {
  const HistogramOptions bytes{.unit = Unit::count()};
  { producer_.writer("a").histogram("h_bytes", "", bytes).record(1, Ticks{}); }
  { producer_.writer("a").histogram("h_bytes", "", bytes).record(2, Ticks{}); }
  EXPECT_EQ(view().view().lane(0).header->head, 2U);
  EXPECT_EQ(view().view().lane(0).ring[1].packed, 2U);
}

TEST_F(Lanes, AreSharedOnlyWhenAllAreTaken) {
  const Writer a = producer_.writer("a");
  const Writer b = producer_.writer("b");
  const Writer c = producer_.writer("c");
  EXPECT_FALSE(a.shared());
  EXPECT_FALSE(b.shared());
  EXPECT_TRUE(c.shared());
}

TEST_F(Lanes, MayBeSharedAgainAfterTheirLastSharerHasGone) {
  const Writer a = producer_.writer("a");
  const Writer b = producer_.writer("b");
  for (int i = 0; i < 2; ++i) {
    Writer shared = producer_.writer("c");
    ASSERT_TRUE(shared.shared());
    shared.counter("c_total", "").add(1);
    shared.histogram("h_seconds", "").record(5, Ticks{});
  }
  EXPECT_EQ(view().counter("c_total"), 2U);
  EXPECT_EQ(view().spilled(), 2U);
}

TEST_F(Lanes, MoveWithTheirWriter) {
  Writer a = producer_.writer("a");
  Writer moved = std::move(a);
  moved.counter("c_total", "").inc();
  moved = producer_.writer("b");
  moved.counter("c_total", "").inc();
  EXPECT_EQ(view().counter("c_total"), 2U);
  EXPECT_EQ(view().view().lanes_published(), 2U);
}

TEST_F(Lanes, SumTheCountersOfSeveralThreads) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 2; ++thread) {
    threads.emplace_back([this, thread] {
      Writer writer = producer_.writer("thread-" + std::to_string(thread));
      Counter counter = writer.counter("c_total", "");
      UpDownCounter open = writer.up_down_counter("open", "");
      for (int i = 0; i < 10'000; ++i) counter.inc();
      open.add(thread == 0 ? 500 : -499);
    });
  }
  threads.clear();
  EXPECT_EQ(view().counter("c_total"), 20'000U);
  EXPECT_EQ(static_cast<std::int64_t>(view().counter("open")), 1);
}

TEST_F(Lanes, LoseNothingWhenManyThreadsShareOne) {
  constexpr int sharers = 4;
  constexpr std::uint64_t rounds = 2'000;
  const Writer a = producer_.writer("a");
  const Writer b = producer_.writer("b");
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < sharers; ++thread) {
    threads.emplace_back([this] {
      Writer writer = producer_.writer("sharer");
      EXPECT_TRUE(writer.shared());
      Counter counter = writer.counter("c_total", "");
      Histogram histogram = writer.histogram("h_bytes", "", {.unit = Unit::count()});
      for (std::uint64_t i = 0; i < rounds; ++i) {
        counter.inc();
        histogram.record(i % 100, Ticks{});
      }
    });
  }
  threads.clear();

  const SegmentView seen = view();
  EXPECT_EQ(seen.counter("c_total"), sharers * rounds);
  EXPECT_EQ(seen.spilled(), sharers * rounds);
  const auto info = seen.find("h_bytes");
  ASSERT_TRUE(info);
  const auto spill = seen.view().spill(seen.view().lane(2).spills[info->slot], info->bounds.size(),
                                       shm::BucketLayout{2}.count());
  ASSERT_TRUE(spill);
  for (std::uint32_t value = 0; value < 100; ++value) {
    EXPECT_EQ(spill->buckets[value], sharers * rounds / 100) << value;
  }
  EXPECT_EQ(spill->header->sum_low, sharers * rounds / 100 * (99 * 100 / 2));
}

}  // namespace
