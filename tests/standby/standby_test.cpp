// SPDX-License-Identifier: Apache-2.0
// The second sidecar: what it waits for, and what is as it was when it serves.
#include <gtest/gtest.h>
#include <signal.h>

#include "outputs/listener.hpp"
#include "standby/pair.hpp"
#include "standby/trader.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

class WarmStandby : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(eventually([this] { return trader_.state() == GateState::trading; }));
    trader_.forget_refusals();
    pair_.start_standby();
  }
  bool takes_over() {
    ++starts_;
    const bool did = eventually([this] { return pair_.said("sidecar started") == starts_; });
    pair_.swap();
    return did;
  }
  int outrider(const std::string& arguments) {
    return run(std::string{OUTRIDER_BIN_DIR} + "/outrider " + arguments);
  }
  std::string control() {
    return " --segment.dir=" + pair_.segments() + " --control.socket=" + pair_.root() +
           "/control.sock";
  }
  bool counts_are(double recorded) {
    return eventually([&] {
      return pair_.metric("orders_total{producer=\"trader\"}") == recorded &&
             pair_.metric("order_seconds_count{producer=\"trader\"}") == recorded;
    });
  }

  Pair pair_;
  Trader trader_{pair_.segments()};
  std::size_t starts_ = 1;
};

TEST_F(WarmStandby, HoldsTheGateAndEverySampleWhenTheActiveOneIsKilled) {
  for (int kill = 0; kill < 3; ++kill) {
    pair_.active().kill_now();
    ASSERT_TRUE(takes_over()) << pair_.log();
    pair_.start_standby();
  }
  EXPECT_TRUE(eventually([this] { return trader_.state() == GateState::trading; }));
  EXPECT_EQ(trader_.refused(), 0U) << "the lease outlives the takeover: " << pair_.log();
  trader_.stop();
  EXPECT_TRUE(counts_are(static_cast<double>(trader_.recorded())));
  EXPECT_EQ(outrider("journal verify --storage.path=" + pair_.root() + "/state"), 0);
}

TEST_F(WarmStandby, TakesOverFromOneThatEndsInGoodOrder) {
  pair_.active().signal(SIGTERM);

  ASSERT_TRUE(takes_over()) << pair_.log();
  EXPECT_EQ(pair_.standby().wait(), 0);
  EXPECT_EQ(http_get(pair_.port(), "/-/healthy"), "healthy\n");
}

TEST_F(WarmStandby, KeepsWhatIsKilled) {
  ASSERT_EQ(outrider("kill --reason 'before the takeover'" + control()), 0);
  ASSERT_TRUE(eventually([this] { return trader_.state() == GateState::killed; }));
  pair_.active().kill_now();

  ASSERT_TRUE(takes_over()) << pair_.log();
  EXPECT_NE(pair_.log().find("still KILLED"), std::string::npos) << pair_.log();
  EXPECT_EQ(trader_.state(), GateState::killed);
}

TEST_F(WarmStandby, ListensToSignalsWhileItWaits) {
  pair_.standby().signal(SIGHUP);
  EXPECT_TRUE(eventually([this] { return pair_.said("msg=reloaded") == 1; })) << pair_.log();
  write_file(pair_.root() + "/sidecar.yml", "nonsense: 1\n");
  pair_.standby().signal(SIGHUP);
  EXPECT_TRUE(eventually([this] { return pair_.said("not reloaded") == 1; })) << pair_.log();

  pair_.standby().signal(SIGTERM);

  EXPECT_EQ(pair_.standby().wait(), 0);
  EXPECT_EQ(pair_.said("took over"), 0U);
  EXPECT_EQ(http_get(pair_.port(), "/-/healthy"), "healthy\n");
}

TEST_F(WarmStandby, HoldsTheGatesWhileItsPortIsNotFree) {
  pair_.standby().signal(SIGSTOP);
  pair_.active().kill_now();
  {
    const outputs::Listener somebody =
        outputs::listen_on_tcp("127.0.0.1", static_cast<std::uint16_t>(pair_.port()));
    pair_.standby().signal(SIGCONT);

    EXPECT_TRUE(eventually([this] { return pair_.said("the gates are held") > 0; }));
    EXPECT_TRUE(eventually([this] { return trader_.state() == GateState::trading; }));
    EXPECT_EQ(pair_.said("sidecar started"), starts_);
  }
  EXPECT_TRUE(takes_over()) << pair_.log();
}

}  // namespace
}  // namespace outrider::testing
