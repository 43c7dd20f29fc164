// SPDX-License-Identifier: Apache-2.0
// The two images of a checkpoint after a generation ended or began: the same again,
// by no more work than that generation has rows. Gates wait meanwhile.
#include <gtest/gtest.h>

#include "drain/rig.hpp"

namespace {

using namespace outrider;

class Images : public testing::Test {
 protected:
  Images() { begin(1, "first"); }

  void begin(std::uint64_t generation, const std::string& name) {
    producer_ = std::make_unique<Producer>(test::small_options(directory_.path()));
    writer_ = producer_->writer("gateway");
    drain_.attach(generation);
    producer_->housekeep();
    writer_.counter(name + "_total", "").add(generation);
    Histogram histogram = writer_.histogram(name, "", {.unit = Unit::count(), .bounds = {10}});
    for (int i = 0; i < 20; ++i) histogram.record(9, Ticks{});  // the ring has room for 8
    drain_.bind();
    drain_.take_all();
  }
  void end() {
    writer_ = Writer{};
    producer_.reset();
    drain_.end();
  }
  /// A series' total in an image: of a counter the carried one, of a histogram its count.
  std::uint64_t& total(const std::string& series, unsigned image) {
    return *drain_.checkpoint().rows().at(series)->carry[image];
  }
  void expect_the_same_in_both() {
    for (const auto& [text, row] : drain_.checkpoint().rows()) {
      EXPECT_EQ(total(text, 0), total(text, 1)) << text;
      const auto& [one, other] = row->cells;
      EXPECT_TRUE(std::equal(one.buckets.begin(), one.buckets.end(), other.buckets.begin()))
          << text;
      EXPECT_TRUE(std::equal(one.cuts.begin(), one.cuts.end(), other.cuts.begin())) << text;
      if (one.sum_low != nullptr) {
        EXPECT_EQ(*one.sum_low, *other.sum_low) << text;
      }
    }
    const drain::ImageHead& one = drain_.checkpoint().head(0);
    const drain::ImageHead& other = drain_.checkpoint().head(1);
    EXPECT_EQ(one.generation, other.generation);
    EXPECT_EQ(one.last_retired, other.last_retired);
    EXPECT_EQ(one.retired_recorded, other.retired_recorded);
    EXPECT_EQ(one.drained, other.drained);
    EXPECT_EQ(one.positions, other.positions);
  }

  test::SegmentDirectory directory_;
  std::unique_ptr<Producer> producer_;
  Writer writer_;
  test::Drain drain_{directory_.path()};
};

TEST_F(Images, SayTheSameWheneverAGenerationHasBegunOrEnded) {
  expect_the_same_in_both();
  end();
  expect_the_same_in_both();
  EXPECT_EQ(total("first", 0), 20U);
  EXPECT_EQ(total("first_total", 1), 1U);
  begin(2, "second");
  expect_the_same_in_both();
  end();
  expect_the_same_in_both();
  EXPECT_EQ(total("second_total", 0), 2U);
}

TEST_F(Images, AreNotCopiedWholeForAGenerationThatHasLittleOfThem) {
  end();
  const unsigned inactive = drain_.checkpoint().inactive();
  total("first_total", inactive) = 99;  // a mark where nothing has changed
  begin(2, "second");
  end();
  EXPECT_EQ(total("first_total", inactive), 99U);
}

}  // namespace
