// SPDX-License-Identifier: Apache-2.0
// Which clock a trader stamps with: the code's choice, else OUTRIDER_CLOCK, else
// what the machine is good for. The fallback runs the whole suite by
// OUTRIDER_CLOCK=monotonic ctest.
#include <gtest/gtest.h>

#include <cstdlib>

#include "producer/segment_view.hpp"

namespace outrider {
namespace {

using test::SegmentDirectory;

class ClockChoice : public ::testing::Test {
 protected:
  ClockChoice() { ::unsetenv("OUTRIDER_CLOCK"); }

  /// The clock that the header of a new producer names.
  shm::ClockKind chosen(outrider::ClockChoice choice) {
    ProducerOptions options = test::small_options(directory_.path());
    options.clock = choice;
    const Producer producer = Producer::create(options, status_);
    EXPECT_TRUE(status_.ok()) << status_.message;
    shm::AttachedTelemetry attached;
    std::string why;
    const auto path = shm::telemetry_path(directory_.path(), "oms", producer.generation());
    EXPECT_EQ(shm::attach_telemetry(path, attached, why), shm::AttachResult::attached) << why;
    return attached.header.clock.kind;
  }

  SegmentDirectory directory_;
  Status status_;
};

TEST_F(ClockChoice, IsTheMachinesWhereNobodySaysOtherwise) {
  const auto best = shm::tsc_is_trustworthy() ? shm::ClockKind::tsc : shm::ClockKind::monotonic;
  EXPECT_EQ(chosen(outrider::ClockChoice::automatic), best);
  ::setenv("OUTRIDER_CLOCK", "", 1);
  EXPECT_EQ(chosen(outrider::ClockChoice::automatic), best);
  ::setenv("OUTRIDER_CLOCK", "automatic", 1);
  EXPECT_EQ(chosen(outrider::ClockChoice::automatic), best);
}

TEST_F(ClockChoice, IsTheEnvironmentsWhereTheCodeLeavesItOpen) {
  ::setenv("OUTRIDER_CLOCK", "monotonic", 1);
  EXPECT_EQ(chosen(outrider::ClockChoice::automatic), shm::ClockKind::monotonic);
  EXPECT_EQ(chosen(outrider::ClockChoice::tsc), shm::ClockKind::tsc);
  ::setenv("OUTRIDER_CLOCK", "tsc", 1);
  EXPECT_EQ(chosen(outrider::ClockChoice::automatic), shm::ClockKind::tsc);
  EXPECT_EQ(chosen(outrider::ClockChoice::monotonic), shm::ClockKind::monotonic);
}

TEST_F(ClockChoice, IsRefusedInASentenceWhenTheEnvironmentMisspellsIt) {
  ::setenv("OUTRIDER_CLOCK", "monotonous", 1);

  const Producer producer = Producer::create(test::small_options(directory_.path()), status_);

  EXPECT_TRUE(producer.is_detached());
  EXPECT_EQ(
      status_.message,
      "OUTRIDER_CLOCK: found \"monotonous\"; needed automatic, tsc or monotonic; correct it or "
      "unset it");
}

}  // namespace
}  // namespace outrider
