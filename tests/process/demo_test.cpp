// SPDX-License-Identifier: Apache-2.0
// The demo as a user runs it: exchange, trader and sidecar, a reject storm, the
// halt, the recovery, and the sums at the end.
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

const std::string bin = OUTRIDER_BIN_DIR;
const std::string source = OUTRIDER_SOURCE_DIR;

/// What follows `key=` in the last line of `text` that has it; 0 when none has.
double field(const std::string& text, const std::string& key) {
  const std::size_t at = text.rfind(" " + key + "=");
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + key.size() + 2, nullptr);
}

TEST(Demo, IsHaltedByARejectStormRecoversAndAddsUp) {
  const TempDirectory directory;
  const std::string& root = directory.path();
  SidecarProcess sidecar{root, {"--config.file=" + source + "/tools/demo/demo.sidecar.yml"}};
  const Process exchange{{bin + "/outrider-demo-exchange", "--fault=reject-storm",
                          "--fault-after=3", "--fault-seconds=2"},
                         root + "/exchange.log"};
  ASSERT_TRUE(
      eventually([&] { return read_file(root + "/exchange.log").find("listening port=") == 0; }));
  const std::string port = read_file(root + "/exchange.log").substr(15, 5);
  Process trader{{bin + "/outrider-demo-trader", "--segment.dir=" + sidecar.segments(),
                  "--exchange-port=" + std::to_string(std::atoi(port.c_str()))},
                 root + "/trader.log"};
  const auto gate_is = [&](const std::string& state) {
    return sidecar.get("/metrics").find("state=\"" + state + "\"} 1") != std::string::npos;
  };
  ASSERT_TRUE(eventually([&] { return gate_is("UNARMED"); }))
      << sidecar.log() << read_file(root + "/trader.log");
  std::string output;
  ASSERT_EQ(sidecar.outrider("arm --reason 'demo test: both sides are looked at'", &output), 0)
      << output;
  ASSERT_TRUE(eventually([&] { return gate_is("TRADING"); }));

  ASSERT_TRUE(eventually([&] { return gate_is("HALTED"); })) << sidecar.get("/metrics");
  EXPECT_NE(sidecar.get("/api/v1/status").find("\"RejectStorm\""), std::string::npos);
  write_file(root + "/page", sidecar.get("/metrics"));
  std::string complaints;
  EXPECT_EQ(run("promtool check metrics < " + root + "/page", &complaints), 0) << complaints;
  ASSERT_TRUE(eventually([&] { return gate_is("TRADING"); })) << sidecar.log();

  trader.signal(SIGTERM);
  EXPECT_EQ(trader.wait(), 0);
  const double recorded = field(read_file(root + "/trader.log"), "samples");
  EXPECT_GT(recorded, 1000);
  const auto total = [&](const std::string& name) {
    return sidecar.metric(name + "{producer=\"gateway-1\"}").value_or(-1);
  };
  EXPECT_TRUE(eventually([&] {
    return total("outrider_samples_drained_total") + total("outrider_samples_spilled_total") ==
           recorded;
  })) << recorded
      << " recorded by the trader's own count\n"
      << sidecar.get("/api/v1/status");
  sidecar.process().signal(SIGTERM);
  EXPECT_EQ(sidecar.process().wait(), 0);
}

}  // namespace
}  // namespace outrider::testing
