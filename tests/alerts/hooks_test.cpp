// SPDX-License-Identifier: Apache-2.0
// Programs that are told of alerts, run for real.
#include "outputs/alerts/hooks.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "process/harness.hpp"

namespace outrider::alerts {
namespace {

using namespace std::chrono_literals;
using outrider::testing::eventually;
using outrider::testing::read_file;

struct AlertHook : ::testing::Test {
  outrider::testing::TempDirectory directory;
  config::ReceiverConfig to;
  Hooks hooks;
  std::vector<Outcome> ended;

  [[nodiscard]] std::string at(const std::string& name) const {
    return directory.path() + '/' + name;
  }
  void begin(const std::string& script, bool is_kill = false, const std::string& input = "{}") {
    to.name = "hook";
    to.command = {"/bin/sh", "-c", script};
    hooks.run({to, input, {{"OUTRIDER_STATUS", "firing"}}, is_kill, 0ns});
  }
  /// Of the one that runs; `now` is so long after it was begun.
  Outcome outcome(nanoseconds now = 0ns) {
    eventually([&] {
      hooks.take_ended(now, ended);
      return !ended.empty();
    });
    return ended.empty() ? Outcome{"never ended", false, -1, {}, {}} : ended.front();
  }
};

TEST_F(AlertHook, HasTheMessageOnItsInputAndTheEssentialsAsItsWholeEnvironment) {
  const std::string long_one(300'000, 'x');  // more than a pipe holds
  begin("/bin/cat > " + at("input") + "; /usr/bin/env > " + at("environment"), false, long_one);
  EXPECT_EQ(outcome().status, 200);

  EXPECT_EQ(read_file(at("input")), long_one);
  const std::string environment = read_file(at("environment"));
  EXPECT_NE(environment.find("OUTRIDER_STATUS=firing\n"), std::string::npos);
  EXPECT_EQ(environment.find("HOME="), std::string::npos) << environment;
}

TEST_F(AlertHook, IsContentWithZeroAndNothingElse) {
  begin("exit 3");
  EXPECT_EQ(outcome().status, 0);
  EXPECT_EQ(ended.front().error, "ended with code 3");
  EXPECT_TRUE(hooks.is_idle());

  ended.clear();
  begin("kill -TERM $$");
  EXPECT_EQ(outcome().error, "ended by signal 15");

  ended.clear();
  to.command = {at("none")};
  hooks.run({to, "{}", {}, false, 0ns});
  EXPECT_EQ(outcome().error, at("none") + ": No such file or directory");
}

TEST_F(AlertHook, IsNoShellUnlessItIsCalled) {
  to.name = "hook";
  to.command = {"/usr/bin/touch", at("a;b $HOME")};
  hooks.run({to, "{}", {}, false, 0ns});
  EXPECT_EQ(outcome().status, 200);
  EXPECT_EQ(::access(at("a;b $HOME").c_str(), F_OK), 0);
}

TEST_F(AlertHook, IsKilledWithItsGroupWhenItsTimeIsOver) {
  to.timeout = 2s;
  begin("/bin/sleep 1000 & echo $! > " + at("child") + "; trap '' TERM; echo > " + at("ready") +
        "; wait");
  ASSERT_TRUE(eventually([&] { return ::access(at("ready").c_str(), F_OK) == 0; }));
  hooks.take_ended(1s, ended);
  EXPECT_TRUE(ended.empty());

  EXPECT_EQ(outcome(2s).error, "killed with its group after 2s");
  const int child = std::stoi(read_file(at("child")));
  // Its process is gone, or nobody's any more but the kernel's to bury.
  EXPECT_TRUE(eventually([&] {
    const std::string stat = read_file("/proc/" + std::to_string(child) + "/stat");
    return stat.empty() || stat.find(") Z ") != std::string::npos;
  }));
}

TEST_F(AlertHook, LetsAKillPassOneThatHangs) {
  begin("while [ -e " + directory.path() + " ]; do /bin/sleep 0.05; done");
  EXPECT_TRUE(hooks.is_busy("hook", false));
  EXPECT_FALSE(hooks.is_busy("hook", true));
  EXPECT_FALSE(hooks.is_busy("other", false));

  begin("exit 0", true);
  EXPECT_TRUE(outcome().is_kill);
  EXPECT_EQ(ended.front().status, 200);
  EXPECT_TRUE(hooks.is_busy("hook", false)) << "it hangs as before";
}

}  // namespace
}  // namespace outrider::alerts
