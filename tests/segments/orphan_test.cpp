// SPDX-License-Identifier: Apache-2.0
// A control segment does not outlive the telemetry segment it answers to.
#include <gtest/gtest.h>

#include <filesystem>

#include "producer/segment_view.hpp"
#include "segments/segment.hpp"

namespace {

using namespace outrider;
namespace fs = std::filesystem;

TEST(OrphanedControl, GoesWhenItsTelemetryIsGoneAndNoOtherDoes) {
  const test::SegmentDirectory directory;
  std::string why;
  shm::AttachResult result{};
  for (const std::uint64_t generation : {1U, 2U}) {
    const Producer producer{test::small_options(directory.path())};
    ASSERT_TRUE(segments::open_segment(directory.path(), {"oms", generation}, result, why)) << why;
  }
  const auto control = [&](std::uint64_t generation) {
    return fs::exists(shm::control_path(directory.path(), "oms", generation));
  };
  fs::remove(shm::telemetry_path(directory.path(), "oms", 1));
  ASSERT_TRUE(control(1));

  segments::remove_orphans(directory.path());

  EXPECT_FALSE(control(1));
  EXPECT_TRUE(control(2));
}

}  // namespace
