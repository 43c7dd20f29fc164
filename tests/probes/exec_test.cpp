// SPDX-License-Identifier: Apache-2.0
// Probes that run programs: real ones.
#include "probes/exec.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "probes/fixtures.hpp"

namespace outrider::probes {
namespace {

struct ExecProbe : ::testing::Test {
  test::TemporaryDirectory directory{"/tmp", "exec"};

  [[nodiscard]] std::string at(const std::string& name) const {
    return directory.path() + '/' + name;
  }
  /// A probe that runs a script with that body.
  config::ProbeConfig config(const std::string& body) const {
    config::ProbeConfig probe;
    probe.name = "p";
    probe.interval = 1h;
    probe.timeout = 10s;
    probe.what = config::ExecProbe{
        .command = {write_script(at("script"), body)}, .series = "up", .labels = {{"server", "s"}}};
    return probe;
  }
  /// The value after one try.
  static std::optional<double> outcome(const config::ProbeConfig& config) {
    ProbeRig rig{config};
    EXPECT_TRUE(rig.run_once());
    return rig.value("up{server=s}");
  }
  /// When a file has been written whole; its text.
  static std::string wait_for(const std::string& path) {
    std::string text;
    for (int i = 0; i < 4000 && !(text = read_text(path)).ends_with('\n'); ++i)
      std::this_thread::sleep_for(5ms);
    return text;
  }
  static bool ends(pid_t pid) {
    for (int i = 0; i < 4000; ++i) {
      // One that has ended may still wait to be collected by whoever has inherited it.
      const std::string stat = read_text("/proc/" + std::to_string(pid) + "/stat");
      if (stat.empty() || stat.find(") Z ") != std::string::npos) return true;
      std::this_thread::sleep_for(5ms);
    }
    return false;
  }
};

TEST_F(ExecProbe, MapsTheExitCode) {
  EXPECT_EQ(outcome(config("exit 0")), 1);
  EXPECT_EQ(outcome(config("exit 2")), 2);
  EXPECT_EQ(outcome(config("exit 1")), 0);
  EXPECT_EQ(outcome(config("kill -9 $$")), 0);
}

TEST_F(ExecProbe, HasAnAnswerWhateverTheExitCode) {
  ProbeRig rig{config("exit 1")};
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("outrider_probe_success"), 1);
  EXPECT_EQ(rig.value("outrider_probe_errors_total{probe=p,reason=unreachable}"), 0);
  EXPECT_GT(rig.value("outrider_probe_duration_seconds"), 0);
  EXPECT_GT(rig.value("outrider_probe_last_run_timestamp_seconds"), 1.6e9);
  EXPECT_TRUE(rig.said.empty());
}

TEST_F(ExecProbe, IsNoLongerKnownWhenTheNextTryHasHadItsTime) {
  ProbeRig rig{config("[ ! -e " + at("again") + " ] || sleep 60\ntouch " + at("again"))};
  ASSERT_TRUE(rig.run_once());
  Time now = real_time();
  now.steady += 1h;
  rig.probe.step(now);

  rig.probe.series()->expire(now.steady + 1min);

  EXPECT_EQ(rig.value("outrider_probe_success"), std::nullopt);
}

TEST_F(ExecProbe, HasNoValueBeforeTheFirstTryEnds) {
  ProbeRig rig{config("exit 0")};

  EXPECT_EQ(rig.value("up{server=s}"), std::nullopt);
  EXPECT_EQ(rig.value("outrider_probe_success"), std::nullopt);
  EXPECT_EQ(rig.value("outrider_probe_runs_total"), 0);
}

TEST_F(ExecProbe, TellsAMissingFileFromOneThatCannotRun) {
  config::ProbeConfig missing = config("");
  std::get<config::ExecProbe>(missing.what).command = {at("nothing")};
  ProbeRig rig{missing};
  ASSERT_TRUE(rig.run_once());
  EXPECT_EQ(rig.value("up{server=s}"), 2);
  EXPECT_EQ(rig.value("outrider_probe_success"), 0);
  EXPECT_EQ(rig.value("outrider_probe_errors_total{probe=p,reason=missing}"), 1);
  ASSERT_EQ(rig.said.size(), 1U);
  EXPECT_NE(rig.said[0].find("No such file"), std::string::npos) << rig.said[0];

  config::ProbeConfig plain = config("");
  ::chmod(at("script").c_str(), 0600);
  ProbeRig cannot{plain};
  ASSERT_TRUE(cannot.run_once());
  EXPECT_EQ(cannot.value("up{server=s}"), 0);
  EXPECT_EQ(cannot.value("outrider_probe_errors_total{probe=p,reason=unreachable}"), 1);

  config::ProbeConfig no_interpreter = config("");
  std::ofstream{at("script")} << "#!/nowhere/sh\n";
  ::chmod(at("script").c_str(), 0700);
  EXPECT_EQ(outcome(no_interpreter), 0);
}

TEST_F(ExecProbe, KillsTheWholeGroupWhenItsTimeIsOver) {
  config::ProbeConfig hanging =
      config("sleep 1000 & echo $! > " + at("grandchild") + "; trap '' TERM; wait");
  hanging.timeout = 1s;
  ProbeRig rig{hanging};

  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("up{server=s}"), 0);
  EXPECT_EQ(rig.value("outrider_probe_success"), 0);
  EXPECT_EQ(rig.value("outrider_probe_errors_total{probe=p,reason=timeout}"), 1);
  const std::string grandchild = wait_for(at("grandchild"));
  ASSERT_FALSE(grandchild.empty());
  EXPECT_TRUE(ends(std::stoi(grandchild)));
}

TEST_F(ExecProbe, LeavesNobodyBehindOfOneThatEnds) {
  ASSERT_EQ(outcome(config("sleep 1000 & echo $! > " + at("left"))), 1);

  EXPECT_TRUE(ends(std::stoi(wait_for(at("left")))));
}

TEST_F(ExecProbe, IsKilledWithItsOwner) {
  {
    ProbeRig rig{config("echo $$ > " + at("pid") + "; exec sleep 1000")};
    rig.probe.step(real_time());
    ASSERT_FALSE(wait_for(at("pid")).empty());
  }
  EXPECT_TRUE(ends(std::stoi(read_text(at("pid")))));
}

TEST_F(ExecProbe, GivesTheChildNothingOfOurs) {
  ::setenv("OUTRIDER_SECRET", "1", 1);
  const int ours = ::open("/dev/null", O_RDONLY);  // not closed by exec
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);

  config::ProbeConfig nosy = config(
      "{ ls /proc/self/fd | tr '\\n' ' '; readlink /proc/self/fd/1; pwd; "
      "env; grep SigBlk /proc/self/status; } > " +
      at("seen") + "; echo whole >> " + at("seen"));
  std::get<config::ExecProbe>(nosy.what).environment = {{"LAB_ROOT", "/opt/lab"}};
  EXPECT_EQ(outcome(nosy), 1);

  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  ::close(ours);
  ::unsetenv("OUTRIDER_SECRET");
  const std::string seen = wait_for(at("seen"));
  EXPECT_TRUE(seen.starts_with("0 1 2 3 ")) << seen;  // 3: ls itself looks there
  EXPECT_EQ(seen.find(" 4 "), std::string::npos) << seen;
  EXPECT_NE(seen.find("LAB_ROOT=/opt/lab"), std::string::npos);
  EXPECT_EQ(seen.find("OUTRIDER_SECRET"), std::string::npos);
  EXPECT_NE(seen.find("\n/\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("SigBlk:\t0000000000000000"), std::string::npos) << seen;
}

TEST_F(ExecProbe, NeverRunsBesideItself) {
  // The one before must be gone when the next begins.
  config::ProbeConfig slow = config("[ -e " + at("pid") + " ] && kill -0 $(cat " + at("pid") +
                                    ") 2>/dev/null && echo beside >> " + at("out") +
                                    "\necho $$ > " + at("pid") + "\nexec sleep 1000");
  slow.interval = slow.timeout = 100ms;
  slow.failures = 0;
  ProbeRig rig{slow};

  for (int i = 0; i < 5; ++i) ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(read_text(at("out")), "");
  EXPECT_EQ(rig.value("outrider_probe_errors_total{probe=p,reason=timeout}"), 5);
}

TEST_F(ExecProbe, RunsNoShellOfOurs) {
  config::ProbeConfig words = config("[ \"$1\" = '$(exit 7); *' ] && [ $# = 1 ]");
  std::get<config::ExecProbe>(words.what).command.emplace_back("$(exit 7); *");

  EXPECT_EQ(outcome(words), 1);
}

}  // namespace
}  // namespace outrider::probes
