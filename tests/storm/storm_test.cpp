// SPDX-License-Identifier: Apache-2.0
// A small storm for every build; `kill_storm` is the large one.
#include "storm/storm.hpp"

#include <gtest/gtest.h>

#include "shm/segment_directory.hpp"

namespace {

using namespace outrider;

TEST(KillStorm, LosesAndDoublesNothingWhoeverIsKilledWhenever) {
  const test::SegmentDirectory directory;
  const storm::StormResult result =
      storm::run_storm({.directory = directory.path(), .kills = 300, .seed = 2026});
  EXPECT_EQ(result.violation, "");
  EXPECT_GE(result.kills, 300U);
  EXPECT_GT(result.drained, 0U) << "no sample went through a ring: half is unproven";
  EXPECT_GT(result.spilled, 0U) << "no sample was spilled: half is unproven";
  EXPECT_GT(result.generations, 50U);
}

}  // namespace
