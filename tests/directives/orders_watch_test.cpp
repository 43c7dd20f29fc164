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

TEST(OrdersWatch, CountsFromThePatienceAfterTheKillOnAndSaysSoOnce) {
  OrdersWatch watch;
  EXPECT_FALSE(watch.look(false, 100, 0ms, 100ms));
  EXPECT_FALSE(watch.look(true, 110, 10ms, 100ms));
  EXPECT_FALSE(watch.look(true, 119, 109ms, 100ms)) << "on their way";
  EXPECT_FALSE(watch.look(true, 120, 110ms, 100ms)) << "from here on";
  EXPECT_FALSE(watch.look(true, 120, 120ms, 100ms));
  EXPECT_EQ(watch.orders_after_kill(), 0);

  EXPECT_TRUE(watch.look(true, 121, 130ms, 100ms));
  EXPECT_FALSE(watch.look(true, 125, 140ms, 100ms));

  EXPECT_EQ(watch.orders_after_kill(), 5);
}

TEST(OrdersWatch, BeginsAnewWithTheNextKill) {
  OrdersWatch watch;
  watch.look(true, 1, 0ms, 100ms);
  watch.look(true, 1, 100ms, 100ms);
  EXPECT_TRUE(watch.look(true, 2, 101ms, 100ms));
  EXPECT_FALSE(watch.look(false, 3, 102ms, 100ms));
  EXPECT_EQ(watch.orders_after_kill(), 0);

  EXPECT_FALSE(watch.look(true, 4, 103ms, 100ms));
  EXPECT_FALSE(watch.look(true, 5, 203ms, 100ms));
  EXPECT_TRUE(watch.look(true, 6, 204ms, 100ms));
}

TEST(OrdersWatch, IsNotMisledByACounterThatFallsOrIsNoNumber) {
  OrdersWatch watch;
  watch.look(true, 100, 0ms, 100ms);
  watch.look(true, 100, 100ms, 100ms);

  EXPECT_FALSE(watch.look(true, 5, 101ms, 100ms)) << "the trader began anew";
  EXPECT_FALSE(watch.look(true, std::numeric_limits<double>::quiet_NaN(), 102ms, 100ms));
  EXPECT_EQ(watch.orders_after_kill(), 0);
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

}  // namespace
