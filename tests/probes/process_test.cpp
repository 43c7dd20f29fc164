// SPDX-License-Identifier: Apache-2.0
// Probes of processes: this one, one that is started for it, and one that ends.
#include "probes/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/fixtures.hpp"

namespace outrider::probes {
namespace {

struct ProcessProbe : ::testing::Test {
  test::TemporaryDirectory directory{"/tmp", "process"};
  const std::string pid_file = directory.path() + "/pid";

  static config::ProbeConfig config(config::ProcessProbe process) {
    config::ProbeConfig probe;
    probe.name = "p";
    probe.interval = 100ms;
    probe.what = std::move(process);
    return probe;
  }
  /// A child that waits, with that name.
  static pid_t child(const char* name) {
    int ready[2];
    if (::pipe(ready) != 0) return -1;
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::prctl(PR_SET_NAME, name);
      (void)!::write(ready[1], "", 1);
      for (;;) ::pause();
    }
    char byte = 0;
    (void)!::read(ready[0], &byte, 1);
    ::close(ready[0]);
    ::close(ready[1]);
    return pid;
  }
  static void end(pid_t pid) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
};

TEST_F(ProcessProbe, TellsWhatAProcessUses) {
  std::ofstream{pid_file} << ::getpid() << '\n';
  ProbeRig rig{config({.pid_file = pid_file})};
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("outrider_probe_process_up"), 1);
  EXPECT_GE(rig.value("outrider_probe_process_cpu_seconds_total"), 0);
  EXPECT_GT(rig.value("outrider_probe_process_resident_memory_bytes"), 1 << 20);
  EXPECT_GE(rig.value("outrider_probe_process_open_fds"), 3);
  const double now = std::chrono::duration<double>(real_time().wall).count();
  const double started = rig.value("outrider_probe_process_start_time_seconds").value_or(0);
  EXPECT_GT(started, now - 600);
  EXPECT_LE(started, now + 2);
}

TEST_F(ProcessProbe, SeesThatOneHasEnded) {
  const pid_t pid = child("outrider-tested");
  std::ofstream{pid_file} << pid;
  ProbeRig rig{config({.pid_file = pid_file})};
  EXPECT_TRUE(rig.becomes("outrider_probe_process_up", 1));

  ::kill(pid, SIGKILL);

  EXPECT_TRUE(rig.becomes("outrider_probe_process_up", 0));  // a zombie does not run
  ::waitpid(pid, nullptr, 0);
  EXPECT_EQ(rig.value("outrider_probe_process_open_fds"), std::nullopt);
  EXPECT_EQ(rig.value("outrider_probe_success"), 1);
}

TEST_F(ProcessProbe, CountsThoseOfAName) {
  const std::string name = "or" + std::to_string(::getpid());
  ProbeRig rig{config({.name = name})};
  ASSERT_TRUE(rig.run_once());
  EXPECT_EQ(rig.value("outrider_probe_process_up"), 0);
  const pid_t one = child(name.c_str());
  const pid_t two = child(name.c_str());

  EXPECT_TRUE(rig.becomes("outrider_probe_process_count", 2));
  EXPECT_EQ(rig.value("outrider_probe_process_up"), 1);

  end(one);
  end(two);
}

TEST_F(ProcessProbe, TellsAStoppedServiceFromAFileThatHoldsNoNumber) {
  ProbeRig rig{config({.pid_file = pid_file})};
  ASSERT_TRUE(rig.run_once());
  EXPECT_EQ(rig.value("outrider_probe_process_up"), 0);
  EXPECT_EQ(rig.value("outrider_probe_success"), 1);

  std::ofstream{pid_file} << "../1";
  EXPECT_TRUE(rig.becomes("outrider_probe_success", 0));
  EXPECT_EQ(rig.value("outrider_probe_process_up"), 0);
  EXPECT_GT(rig.value("outrider_probe_errors_total{probe=p,reason=bad_answer}"), 0);
}

}  // namespace
}  // namespace outrider::probes
