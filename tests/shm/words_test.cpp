// SPDX-License-Identifier: Apache-2.0
// Words that are replaced together, taken over from a writer that was killed while
// it replaced them.
#include <gtest/gtest.h>

#include "outrider/shm/heartbeat.hpp"

namespace {

using namespace outrider;
using namespace outrider::shm;

TEST(WordsReplacedTogether, LetTheNextSidecarBeatAfterOneThatDiedInABeat) {
  Heartbeat heartbeat{};
  beat(heartbeat, Ticks::from_raw(1), 2);
  heartbeat.count.fetch_add(1);  // where the one before was killed

  Beat seen;
  EXPECT_FALSE(read_beat(heartbeat, seen));
  beat(heartbeat, Ticks::from_raw(3), 4);

  ASSERT_TRUE(read_beat(heartbeat, seen));
  EXPECT_EQ(seen.count, 2U);
  EXPECT_EQ(seen.ticks, 3U);
  EXPECT_EQ(seen.ns, 4U);
}

TEST(WordsReplacedTogether, LetTheNextSidecarTellAfterOneThatDiedTelling) {
  GateSlot slot{};
  slot.version.store(5);  // odd: where the one before was killed

  store_detail(slot, {GateState::halted, 1, Ticks::from_raw(2), "global", "Storm"});

  EXPECT_EQ(slot.version.load() % 2, 0U);
  EXPECT_GT(slot.version.load(), 5U);
  const GateDetail detail = load_detail(slot);
  EXPECT_EQ(detail.state, GateState::halted);
  EXPECT_EQ(detail.reason, "Storm");
}

}  // namespace
