// SPDX-License-Identifier: Apache-2.0
// The log of a running sidecar, when whoever reads it stops: no gate may notice.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <outrider/producer.hpp>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

class UnreadLog : public ::testing::Test {
 protected:
  static std::string settings_in(const std::string& directory) {
    write_file(directory + "/sidecar.yml", "protection: {arm_at_start: true}\n");
    EXPECT_EQ(::mkfifo((directory + "/log").c_str(), 0600), 0);
    return directory + "/sidecar.yml";
  }
  void TearDown() override { ::close(reader_); }

  /// Nothing more goes into the pipe.
  void fill() const {
    const int writer = ::open((directory_.path() + "/log").c_str(), O_WRONLY | O_NONBLOCK);
    const std::array<char, 4096> bytes{};
    while (::write(writer, bytes.data(), bytes.size()) > 0) continue;
    while (::write(writer, bytes.data(), 1) > 0) continue;
    ::close(writer);
  }
  double scans() const { return sidecar_.metric("outrider_discovery_scans_total").value_or(-1); }

  TempDirectory directory_;
  std::string settings_ = settings_in(directory_.path());
  int reader_ = ::open((directory_.path() + "/log").c_str(), O_RDONLY | O_NONBLOCK);
  SidecarProcess sidecar_{
      directory_.path(),
      {"--config.file=" + settings_, "--log.file=" + directory_.path() + "/log"}};
};

TEST_F(UnreadLog, ClosesNoGateAndHoldsUpNeitherDiscoveryNorReloadNorTheEnd) {
  Producer producer{{.name = "a", .directory = sidecar_.segments()}};
  const Gate gate = producer.gate("orders");
  ASSERT_TRUE(eventually([&] { return gate.state() == GateState::trading; }));
  fill();

  // Discovery tells of the one, the thread of the signals of the other.
  Producer late{{.name = "late", .directory = sidecar_.segments()}};
  const Gate second = late.gate("orders");
  sidecar_.process().signal(SIGHUP);
  ASSERT_TRUE(eventually([&] { return second.state() == GateState::trading; }));
  const double before = scans();
  EXPECT_TRUE(eventually([&] { return scans() > before + 150; }));  // more than its 2 s
  EXPECT_TRUE(gate.open(ticks()));
  EXPECT_TRUE(second.open(ticks()));

  write_file(sidecar_.segments() + "/c/kill/all", "");
  EXPECT_TRUE(eventually([&] { return gate.state() == GateState::killed; }));
  sidecar_.process().signal(SIGTERM);
  EXPECT_EQ(sidecar_.process().wait(), 0);
}

}  // namespace
}  // namespace outrider::testing
