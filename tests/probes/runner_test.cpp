// SPDX-License-Identifier: Apache-2.0
// Many probes on one thread: when each is tried, and what a reload changes. The
// clock is the test's where nothing real is waited for.
#include "probes/runner.hpp"

#include <gtest/gtest.h>

#include "probes/fixtures.hpp"

namespace outrider::probes {
namespace {

/// A program that cannot be: each try fails at once.
config::ProbeConfig failing(const std::string& name, const std::string& series = "up") {
  config::ProbeConfig probe;
  probe.name = name;
  probe.interval = 30s;
  probe.what = config::ExecProbe{.command = {"/dev/null"}, .series = series};
  return probe;
}

Time at(nanoseconds steady) {
  return {steady, 1'700'000'000s + steady};
}

TEST(ProbeSchedule, TriesAtItsIntervalAndMakesUpForNothing) {
  config::ProbeConfig config = failing("p");
  config.failures = 0;
  ProbeRig rig{config, at(0s)};
  const auto runs_at = [&](nanoseconds now) {
    rig.probe.step(at(now));
    return rig.value("outrider_probe_runs_total");
  };

  EXPECT_EQ(runs_at(0s), 1);
  EXPECT_EQ(runs_at(29s), 1);
  EXPECT_EQ(runs_at(31s), 2);
  EXPECT_EQ(runs_at(60s), 3);   // no drift
  EXPECT_EQ(runs_at(400s), 4);  // one, not eleven
  EXPECT_EQ(rig.probe.due(), 420s);
}

TEST(ProbeSchedule, LeavesAloneWhoFailsThreeTimesThenTriesOnce) {
  ProbeRig rig{failing("p"), at(0s)};
  const auto open = [&] { return rig.value("outrider_probe_breaker_state{probe=p,state=open}"); };
  const auto runs = [&] { return rig.value("outrider_probe_runs_total"); };
  rig.probe.step(at(0s));
  rig.probe.step(at(30s));
  EXPECT_EQ(open(), 0);
  rig.probe.step(at(60s));
  EXPECT_EQ(open(), 1);

  for (nanoseconds now = 61s; now < 360s; now += 1s) rig.probe.step(at(now));
  EXPECT_EQ(runs(), 3);
  rig.probe.step(at(360s));
  EXPECT_EQ(runs(), 4);
  for (nanoseconds now = 361s; now < 660s; now += 1s) rig.probe.step(at(now));

  EXPECT_EQ(runs(), 4);
  EXPECT_EQ(open(), 1);
  EXPECT_EQ(rig.value("outrider_probe_success"), 0);
  EXPECT_EQ(rig.value("up"), 0);  // what is not known to be up is not
  ASSERT_EQ(rig.said.size(), 2U);
  EXPECT_NE(rig.said[1].find("no answer 3 times in a row"), std::string::npos);
}

TEST(ProbeSchedule, HasNoValuesWhenNobodyStepsAnyMore) {
  ProbeRig rig{failing("p"), at(0s)};
  rig.probe.step(at(0s));

  rig.probe.series()->expire(at(36s).steady);
  EXPECT_EQ(rig.value("outrider_probe_success"), 0);
  rig.probe.series()->expire(at(38s).steady);  // 30 s, and 5 s for the try, and 2 s

  EXPECT_EQ(rig.value("outrider_probe_success"), std::nullopt);
  EXPECT_EQ(rig.value("up"), std::nullopt);
}

struct ProbeRunner : ::testing::Test {
  Board board;
  Board::All all;
  std::vector<std::string> said;
  Runner::Parts parts{board, [this](const std::string& line) { said.push_back(line); }};
};

TEST_F(ProbeRunner, ShowsWhatThereIsBeforeTheFirstStep) {
  const Runner runner{parts, {failing("a"), failing("b", "other")}, at(0s)};

  ASSERT_TRUE(board.take(all));
  EXPECT_EQ(all.size(), 2U);
  EXPECT_FALSE(board.take(all));
}

TEST_F(ProbeRunner, KeepsThoseThatAReloadDoesNotChange) {
  Runner runner{parts, {failing("a"), failing("b")}, at(0s)};
  runner.step(at(0s));
  board.take(all);
  const Board::All before = all;

  config::ProbeConfig changed = failing("b");
  changed.interval = 60s;
  runner.reload({failing("a"), changed, failing("c")});
  runner.step(at(1s));

  ASSERT_TRUE(board.take(all));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0], before[0]);
  EXPECT_NE(all[1], before[1]);
  EXPECT_EQ(value_of(*all[0], "outrider_probe_runs_total{probe=a}"), 1);
  EXPECT_EQ(value_of(*all[2], "outrider_probe_runs_total{probe=c}"), 1);
}

TEST_F(ProbeRunner, KillsWhatAReloadTakesAway) {
  const test::TemporaryDirectory directory{"/tmp", "runner"};
  config::ProbeConfig config = failing("a");
  std::get<config::ExecProbe>(config.what).command = {write_script(
      directory.path() + "/script", "echo $$ > " + directory.path() + "/pid; exec sleep 1000")};
  Runner runner{parts, {config}, real_time()};
  const std::string pid_file = directory.path() + "/pid";
  runner.step(real_time());
  while (read_text(pid_file).empty()) runner.wait(real_time(), 5ms);

  runner.reload({});
  runner.step(real_time());

  const std::string proc = "/proc/" + std::to_string(std::stoi(read_text(pid_file))) + "/stat";
  while (!read_text(proc).empty()) {
    runner.wait(real_time(), 5ms);
    runner.step(real_time());
  }
  ASSERT_TRUE(board.take(all));
  EXPECT_TRUE(all.empty());
}

}  // namespace
}  // namespace outrider::probes
