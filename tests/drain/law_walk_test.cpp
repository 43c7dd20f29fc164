// SPDX-License-Identifier: Apache-2.0
// recorded = drained + spilled + in the ring + lost, after every step of a long
// random life: threads that come and go, series that appear, sidecars and
// traders that end and start again.
#include <gtest/gtest.h>

#include <random>

#include "drain/rig.hpp"

namespace {

using namespace outrider;

class Walk {
 public:
  explicit Walk(std::uint32_t seed) : random_{seed} { start_trader(); }

  void step() {
    const auto die = random_() % 100;
    if (die < 50) return record();
    if (die < 70) return (void)drain_.drainer().take();
    if (die < 80) return (void)drain_.sweep();
    if (die < 88) return drain_.bind();
    if (die < 92) return register_more();
    if (die < 94) return new_writer();
    if (die < 97) return restart_sidecar();
    if (die < 99) return producer_->housekeep();
    end_trader();
    start_trader();
  }

  void check() {
    const drain::Totals totals = drain_.drainer().totals();
    test::expect_the_law(totals);
    EXPECT_EQ(totals.recorded, recorded_);
    EXPECT_EQ(test::lost(totals), 0U);
  }

  /// Ends the trader, after which everything recorded is in the checkpoint.
  void finish() {
    end_trader();
    check();
    std::uint64_t kept = 0;
    for (const char* name : {"h0", "h1"}) kept += drain_.kept(name);
    EXPECT_EQ(kept, recorded_);
    EXPECT_EQ(drain_.drainer().totals().in_ring, 0U);
    const auto row = drain_.checkpoint().rows().find("c_total");
    EXPECT_EQ(drain_.drainer().carried(*row->second), counted_);
  }

 private:
  void start_trader() {
    producer_ = std::make_unique<Producer>(test::small_options(directory_.path()));
    drain_.attach(++generation_);
    producer_->housekeep();
    new_writer();
    register_more();
  }
  void end_trader() {
    writer_ = Writer{};
    histograms_.clear();
    producer_.reset();
    drain_.end();
  }
  void new_writer() {
    writer_ = producer_->writer("thread-" + std::to_string(random_() % 4));
    histograms_.clear();
    register_more();
  }
  void register_more() {
    const std::string name = "h" + std::to_string(random_() % 2);
    histograms_.push_back(
        writer_.histogram(name, "", {.unit = Unit::count(), .bounds = {100, 1'001}}));
    counter_ = writer_.counter("c_total", "");
  }
  void record() {
    Histogram& histogram = histograms_[random_() % histograms_.size()];
    for (auto left = random_() % 12; left > 0; --left) {
      histogram.record(random_() % 2'000, Ticks{});
      counter_.inc();
      ++recorded_;
      ++counted_;
    }
  }
  void restart_sidecar() {
    drain_.start();
    drain_.attach(generation_);
  }

  std::mt19937 random_;
  test::SegmentDirectory directory_;
  test::Drain drain_{directory_.path()};
  std::unique_ptr<Producer> producer_;
  Writer writer_;
  std::vector<Histogram> histograms_;
  Counter counter_;
  std::uint64_t generation_ = 0;
  std::uint64_t recorded_ = 0;
  std::uint64_t counted_ = 0;
};

TEST(Law, HoldsAfterEveryStepOfARandomLife) {
  for (const std::uint32_t seed : {1U, 2U, 3U, 4U}) {
    Walk walk{seed};
    for (int i = 0; i < 600; ++i) {
      walk.step();
      walk.check();
      ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed << " step " << i;
    }
    walk.finish();
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

}  // namespace
