// SPDX-License-Identifier: Apache-2.0
// The disk of the recordings hangs: no write to it ends. Nothing else waits for it.
#include <signal.h>

#include <outrider/producer.hpp>

#include "flight/recorded_host.hpp"

namespace outrider::testing {
namespace {

/// In the environment of the programs that are started while it lives.
class HangingBelow {
 public:
  HangingBelow(const std::string& flag, const char* below) {
    ::setenv("LD_PRELOAD", OUTRIDER_HANGING_DISK, 1);
    ::setenv("OUTRIDER_HANG_WHILE", flag.c_str(), 1);
    ::setenv("OUTRIDER_HANG_BELOW", below, 1);
  }
  HangingBelow(const HangingBelow&) = delete;
  HangingBelow& operator=(const HangingBelow&) = delete;
  ~HangingBelow() {
    ::unsetenv("LD_PRELOAD");
    ::unsetenv("OUTRIDER_HANG_BELOW");
  }
};

TEST(FlightOnAHangingDisk, HoldsUpNoKillNoJournalNoArmingAndNotTheEnd) {
  const TempDirectory place;
  const std::string flag = place.path() + "/hang";
  const HangingBelow disk{flag, "/flight/"};
  RecordedHost host{"interval: 1s"};
  Producer producer{{.name = "gateway-1", .directory = host.sidecar.segments()}};
  const Gate gate = producer.gate("orders", {{"venue", "binance"}});
  const auto becomes = [&](GateState state) {
    return eventually([&] { return gate.state() == state; });
  };
  ASSERT_TRUE(becomes(GateState::trading)) << host.sidecar.log();
  write_file(flag, "hangs\n");

  EXPECT_EQ(host.kill(), 0);
  EXPECT_TRUE(becomes(GateState::killed)) << host.sidecar.log();
  std::string history;
  EXPECT_TRUE(eventually([&] {
    history.clear();
    run(std::string{OUTRIDER_BIN_DIR} + "/outrider history --storage.path=" + host.place.path() +
            "/state",
        &history);
    return history.find("duplicate fills seen") != std::string::npos;
  })) << history;
  EXPECT_EQ(host.sidecar.outrider("arm --reason 'test: everything was looked at'"), 0);
  EXPECT_TRUE(becomes(GateState::trading)) << host.sidecar.log();
  EXPECT_EQ(host.kill("venue=binance"), 0);
  EXPECT_TRUE(becomes(GateState::killed)) << host.sidecar.log();
  host.sidecar.process().signal(SIGTERM);

  EXPECT_EQ(host.sidecar.process().wait(), 1);
  EXPECT_NE(host.sidecar.log().find("flight-recorder: found its disk too slow to finish"),
            std::string::npos)
      << host.sidecar.log();
  EXPECT_TRUE(host.recordings().empty());
  std::filesystem::remove(flag);
  host.sidecar.start();
  EXPECT_TRUE(eventually([&] { return std::filesystem::is_empty(host.directory); }));
}

}  // namespace
}  // namespace outrider::testing
