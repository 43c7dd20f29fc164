// SPDX-License-Identifier: Apache-2.0
// Series that a trader registers while it runs, after it has spent what it may have
// bound at once: those with samples do not wait as long as those without.
#include "segments/rig.hpp"

namespace outrider::merging {
namespace {

using namespace std::chrono_literals;
using test::Sidecar;
using test::Trader;

class LateSeries : public ::testing::Test {
 protected:
  LateSeries() {
    step(0ms);
    // More than may be bound at once, and no time goes by.
    for (int i = 0; i < 60; ++i) {
      trader_.writer.counter("c_total", "", {{"n", std::to_string(i)}}).inc();
      step(0ms);
    }
  }
  static shm::Geometry geometry() {
    shm::Geometry geometry = test::small_geometry();
    geometry.series = 100;
    geometry.cells = 80;
    geometry.histograms = 8;
    geometry.string_bytes = 16'384;
    return geometry;
  }
  void step(nanoseconds later) {
    now_ += later;
    sidecar_.planner().scan(now_);
    sidecar_.guard().pass({now_, 0s});
  }
  std::uint64_t plans() { return sidecar_.facts().discovery_plans; }
  void record_late(const std::string& name) {
    trader_.writer.histogram(name, "", {.unit = Unit::count()}).record(1);
    sidecar_.guard().pass({now_, 0s});
  }

  test::SegmentDirectory directory_;
  Trader trader_{directory_.path(), "oms", geometry()};
  Sidecar sidecar_{directory_.path()};
  nanoseconds now_ = steady_now();
};

TEST_F(LateSeries, WithoutSamplesWaitForTheirTurn) {
  const std::uint64_t before = plans();
  step(60ms);
  EXPECT_EQ(plans(), before);
  step(200ms);
  EXPECT_EQ(plans(), before + 1);
}

TEST_F(LateSeries, WithSamplesAreBoundAtOnceButNotAtWill) {
  const std::uint64_t before = plans();
  record_late("first_bytes");
  step(40ms);
  EXPECT_EQ(plans(), before + 1);
  record_late("second_bytes");
  step(20ms);
  EXPECT_EQ(plans(), before + 1);
  step(20ms);
  EXPECT_EQ(plans(), before + 2);
}

}  // namespace
}  // namespace outrider::merging
