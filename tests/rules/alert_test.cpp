// SPDX-License-Identifier: Apache-2.0
#include "rules/alert.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace outrider::rules {
namespace {

using std::chrono::nanoseconds;

TEST(Alert, FiresAtOnceWithoutAHoldTime) {
  Alert alert;

  EXPECT_EQ(alert.observe(true, 1s), AlertState::firing);
  EXPECT_EQ(alert.active_at, 1s);
  EXPECT_EQ(alert.fired_at, 1s);
}

TEST(Alert, FiresOnceTheConditionHasHeldForTheWholeHoldTime) {
  Alert alert{{.hold = 5s, .keep_firing = 0s}};

  EXPECT_EQ(alert.observe(true, 0s), AlertState::pending);
  EXPECT_EQ(alert.observe(true, 4999ms), AlertState::pending);
  EXPECT_EQ(alert.observe(true, 5s), AlertState::firing);
  EXPECT_EQ(alert.active_at, 0s);
  EXPECT_EQ(alert.fired_at, 5s);
}

TEST(Alert, StartsItsHoldTimeAnewAfterAClearMoment) {
  Alert alert{{.hold = 5s, .keep_firing = 0s}};
  alert.observe(true, 0s);

  EXPECT_EQ(alert.observe(false, 4s), AlertState::inactive);
  EXPECT_EQ(alert.resolved_at, 4s);
  EXPECT_EQ(alert.observe(true, 5s), AlertState::pending);
  EXPECT_EQ(alert.observe(true, 9s), AlertState::pending);
  EXPECT_EQ(alert.observe(true, 10s), AlertState::firing);
}

TEST(Alert, KeepsFiringForItsKeepTimeAfterTheConditionClears) {
  Alert alert{{.hold = 0s, .keep_firing = 10s}};
  alert.observe(true, 0s);

  EXPECT_EQ(alert.observe(false, 1s), AlertState::firing);
  EXPECT_EQ(alert.observe(false, 10999ms), AlertState::firing);
  EXPECT_EQ(alert.observe(false, 11s), AlertState::inactive);
  EXPECT_EQ(alert.resolved_at, 11s);
}

TEST(Alert, CountsItsKeepTimeFromTheLastMomentItWasMet) {
  Alert alert{{.hold = 0s, .keep_firing = 10s}};
  alert.observe(true, 0s);
  alert.observe(false, 5s);
  alert.observe(true, 8s);

  EXPECT_EQ(alert.observe(false, 9s), AlertState::firing);
  EXPECT_EQ(alert.observe(false, 18s), AlertState::firing);
  EXPECT_EQ(alert.observe(false, 19s), AlertState::inactive);
}

TEST(Alert, HasNoKeepTimeWhilePending) {
  Alert alert{{.hold = 5s, .keep_firing = 10s}};
  alert.observe(true, 0s);

  EXPECT_EQ(alert.observe(false, 1s), AlertState::inactive);
}

TEST(Alert, HasNoDataRatherThanHealthWhenItsSeriesAreMissing) {
  Alert alert;

  EXPECT_EQ(alert.observe(Condition::unknown, 1s), AlertState::no_data);
  EXPECT_EQ(alert.observe(Condition::clear, 2s), AlertState::inactive);
}

TEST(Alert, KeepsFiringForItsKeepTimeWhenItsSeriesGoMissing) {
  Alert alert{{.hold = 0s, .keep_firing = 10s}};
  alert.observe(true, 0s);

  EXPECT_EQ(alert.observe(Condition::unknown, 1s), AlertState::firing);
  EXPECT_EQ(alert.observe(Condition::unknown, 11s), AlertState::no_data);
}

TEST(Alert, FiresAgainAfterItWasResolved) {
  Alert alert;
  alert.observe(true, 0s);
  alert.observe(false, 1s);

  EXPECT_EQ(alert.observe(true, 2s), AlertState::firing);
  EXPECT_EQ(alert.active_at, 2s);
  EXPECT_EQ(alert.fired_at, 2s);
}

TEST(AlertState, HasANameForEveryState) {
  EXPECT_EQ(state_name(AlertState::inactive), "inactive");
  EXPECT_EQ(state_name(AlertState::pending), "pending");
  EXPECT_EQ(state_name(AlertState::firing), "firing");
  EXPECT_EQ(state_name(AlertState::no_data), "no_data");
}

}  // namespace
}  // namespace outrider::rules
