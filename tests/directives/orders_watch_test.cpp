// SPDX-License-Identifier: Apache-2.0
// When orders count as sent through a kill, and that no configuration but a written
// one ever signals anybody.
#include "orders_watch.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "config/flags.hpp"
#include "config/load.hpp"

namespace {

using namespace outrider;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct Watched : testing::Test {
  OrdersNews look(bool is_killed, double orders, std::chrono::nanoseconds now,
                  std::uint64_t basis = 1) {
    return watch.look(is_killed, {orders, basis}, now, {100ms, 1s});
  }
  OrdersWatch watch;
};

using enum OrdersNews;

TEST_F(Watched, CountsFromThePatienceAfterTheKillOnAndSaysSoOnce) {
  EXPECT_EQ(look(false, 100, 0ms), none);
  EXPECT_EQ(look(true, 110, 10ms), none);
  EXPECT_EQ(look(true, 119, 109ms), none) << "on their way";
  EXPECT_EQ(look(true, 120, 110ms), none) << "from here on";
  EXPECT_EQ(look(true, 120, 120ms), none);
  EXPECT_EQ(watch.orders_after_kill(), 0);

  EXPECT_EQ(look(true, 121, 130ms), flow);
  EXPECT_EQ(look(true, 125, 140ms), none);

  EXPECT_EQ(watch.orders_after_kill(), 5);
}

TEST_F(Watched, BeginsAnewWithTheNextKill) {
  look(true, 1, 0ms);
  look(true, 1, 100ms);
  EXPECT_EQ(look(true, 2, 101ms), flow);
  EXPECT_EQ(look(false, 3, 102ms), none);
  EXPECT_EQ(watch.orders_after_kill(), 0);

  EXPECT_EQ(look(true, 4, 103ms), none);
  EXPECT_EQ(look(true, 5, 203ms), none);
  EXPECT_EQ(look(true, 6, 204ms), flow);
}

TEST_F(Watched, SaysThatTheyGoOnOnlyOfOrdersAfterTheGrace) {
  look(true, 1, 0ms);
  look(true, 1, 100ms);
  EXPECT_EQ(look(true, 2, 101ms), flow);
  EXPECT_EQ(look(true, 9, 1100ms), none) << "within the grace";
  EXPECT_EQ(look(true, 9, 1200ms), none) << "it has stopped";
  EXPECT_EQ(look(true, 9, 5s), none);

  EXPECT_EQ(look(true, 10, 5001ms), go_on);
  EXPECT_EQ(look(true, 11, 5002ms), none);
  EXPECT_EQ(look(true, 12, 6002ms), go_on);
}

TEST_F(Watched, ForgetsTheGraceOfAnEarlierKill) {
  look(true, 1, 0ms);
  look(true, 1, 100ms);
  EXPECT_EQ(look(true, 2, 101ms), flow);
  look(false, 3, 500ms);
  look(true, 3, 510ms);
  look(true, 4, 620ms);

  EXPECT_EQ(look(true, 5, 1200ms), flow);
}

TEST_F(Watched, IsNotMisledByACounterThatFallsOrIsNoNumber) {
  look(true, 100, 0ms);
  look(true, 100, 100ms);

  EXPECT_EQ(look(true, 5, 101ms), none) << "the trader began anew";
  EXPECT_EQ(look(true, std::numeric_limits<double>::quiet_NaN(), 102ms), none);
  EXPECT_EQ(watch.orders_after_kill(), 0);
}

TEST_F(Watched, CountsNothingThatACounterBringsAlongWhichIsBoundAfterTheKill) {
  look(true, 100, 0ms);
  look(true, 100, 100ms);

  EXPECT_EQ(look(true, 5100, 101ms, 2), none) << "5000 of a second counter, sent before the kill";
  EXPECT_EQ(watch.orders_after_kill(), 0);

  EXPECT_EQ(look(true, 5101, 102ms, 2), flow);
  EXPECT_EQ(watch.orders_after_kill(), 1);
}

TEST(EscalationDefaults, SignalNobodyWithoutAFile) {
  const config::Config defaults;
  EXPECT_EQ(defaults.protection.escalation.signal, config::TraderSignal::none);
  EXPECT_EQ(config::load({}).config.protection.escalation.signal, config::TraderSignal::none);
}

TEST(EscalationDefaults, SignalNobodyInAnyFileThatIsShipped) {
  int looked = 0;
  for (const auto& entry : fs::recursive_directory_iterator{OUTRIDER_SOURCE_DIR "/tools"}) {
    if (entry.path().extension() != ".yml") continue;
    // Of rule files and the like nothing is understood, and nothing is set.
    const config::Loaded loaded = config::load_file(entry.path());
    EXPECT_EQ(loaded.config.protection.escalation.signal, config::TraderSignal::none)
        << entry.path();
    ++looked;
  }
  EXPECT_GE(looked, 4);
}

config::Loaded load_text(const std::string& text) {
  return config::load_text(text, "test.yml");
}

TEST(EscalationConfigFile, IsReadAndRefusedWhereItCannotWork) {
  const auto good = load_text(
      "protection:\n  escalation: {orders: orders_total, after: 50ms, signal: kill, grace: 1s}\n");
  EXPECT_TRUE(good.problems.empty());
  EXPECT_EQ(good.config.protection.escalation.orders, "orders_total");
  EXPECT_EQ(good.config.protection.escalation.after, 50ms);
  EXPECT_EQ(good.config.protection.escalation.signal, config::TraderSignal::kill);
  EXPECT_EQ(good.config.protection.escalation.grace, 1s);
  for (const char* bad : {"{signal: kill}", "{orders: x, signal: hup}", "kill", "[kill]",
                          "{orders: x, sig: term}", "{orders: x, after: -1s}"}) {
    EXPECT_FALSE(
        load_text(std::string{"protection:\n  escalation: "} + bad + "\n").problems.empty())
        << bad;
  }
}

TEST(EscalationConfigFile, IsRefusedWhereNobodyCanTellWhoseTheOrdersAre) {
  const char* escalates = "protection:\n  escalation: {orders: orders_total}\n";
  EXPECT_FALSE(config::check_escalation(load_text(escalates).config));

  const auto off =
      config::check_escalation(load_text(std::string{"producer-label: off\n"} + escalates).config);
  ASSERT_TRUE(off);
  EXPECT_EQ(config::to_text(*off),
            "test.yml:3:24: protection.escalation.orders: found \"orders_total\" with "
            "producer-label off; needed the label that says whose orders they are; remove one of "
            "the two");
  EXPECT_FALSE(config::check_escalation(load_text("producer-label: off\n").config));
}

}  // namespace
