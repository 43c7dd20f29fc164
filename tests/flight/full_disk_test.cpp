// SPDX-License-Identifier: Apache-2.0
// A disk of the recordings that is full, or may not be written to: gates close all the same.
#include <outrider/producer.hpp>
#include <thread>

#include "flight/recorded_host.hpp"
#include "process/small_disk.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(FlightOnAFullDisk, IsSaidOnceAndCountedAndGoesOnWhenThereIsRoom) {
  TempDirectory elsewhere;
  const std::string flight = elsewhere.path() + "/flight";
  const SmallDisk disk{flight, "16m"};
  fill(flight, 100'000);
  const RecordedHost host{"interval: 1s, dir: " + flight};
  Producer producer{{.name = "gateway-1", .directory = host.sidecar.segments()}};
  auto kill_next = [&, next = 0]() mutable {
    const std::string venue = "venue_" + std::to_string(++next);
    const Gate gate = producer.gate(venue, {{"venue", venue}});
    ASSERT_TRUE(eventually([&] { return gate.state() == GateState::trading; }));
    std::this_thread::sleep_for(1s);  // the interval between two recordings
    ASSERT_EQ(host.kill("venue=" + venue), 0);
    EXPECT_TRUE(eventually([&] { return gate.state() == GateState::killed; }));
  };

  kill_next();
  ASSERT_TRUE(host.comes_to("recordings_failed", 1)) << host.sidecar.log();
  kill_next();
  ASSERT_TRUE(host.comes_to("recordings_failed", 2)) << host.sidecar.log();
  EXPECT_EQ(times(host.sidecar.log(), "bytes free; needed room for"), 1U) << host.sidecar.log();
  EXPECT_TRUE(std::filesystem::exists(flight + "/filler"));
  std::filesystem::remove(flight + "/filler");
  EXPECT_TRUE(std::filesystem::is_empty(flight));
  kill_next();

  EXPECT_TRUE(host.comes_to("recordings", 1)) << host.sidecar.log();
  EXPECT_EQ(host.count("recordings_failed"), 2);
}

}  // namespace
}  // namespace outrider::testing
