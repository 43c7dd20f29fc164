// SPDX-License-Identifier: Apache-2.0
// A trader process that may make no system call but its own end: seccomp kills
// it at the first other one. A second process plays the sidecar on the control
// segment, with nothing but shm.
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "hot_path_calls.hpp"
#include "outrider/shm/control.hpp"
#include "outrider/shm/heartbeat.hpp"
#include "outrider/shm/telemetry.hpp"

namespace {

using namespace outrider;

constexpr std::uint64_t recorded = 1'000'000;
constexpr std::uint32_t small_ring = 64;
constexpr std::uint32_t ring_for_all = 1U << 20;

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_.data()), 0); }
  ~Pipe() {
    for (const int end : ends_) close(end);
  }
  void tell() const { EXPECT_EQ(write(ends_[1], "x", 1), 1); }
  /// False after twenty seconds: whoever should tell has died.
  bool wait() const {
    pollfd end{ends_[0], POLLIN, 0};
    char byte = 0;
    return poll(&end, 1, 20'000) == 1 && read(ends_[0], &byte, 1) == 1;
  }

 private:
  std::array<int, 2> ends_{};
};

void allow_only_the_end() {
  static const std::array<sock_filter, 4> rules{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_exit_group, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  }};
  const sock_fprog program{rules.size(), const_cast<sock_filter*>(rules.data())};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(71);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(72);
}

/// Every hot call, `recorded` samples in all; the gates' answers, counted.
std::uint64_t make_every_call(Producer& producer, Writer& writer, const Gate& gate,
                              std::function<void()> just_before) {
  Directives directives = producer.directives(writer);
  Counter counter = writer.counter("calls_total", "Calls");
  Gauge gauge = writer.gauge("last_value", "A value");
  IntGauge lots = writer.int_gauge("lots", "A value");
  UpDownCounter in_flight = writer.up_down_counter("in_flight", "A value");
  FailureStreak streak = writer.failure_streak("failures_in_a_row", "A value");
  Histogram histogram = writer.histogram("call_seconds", "A duration");
  std::uint64_t opened = 0;
  just_before();
  for (std::uint64_t i = 0; i < recorded / 4; ++i) {
    const Ticks now = ticks();
    opened += 1 - hot_gate_open(gate, now, 1);
    hot_counter_inc(counter, 1);
    hot_counter_add(counter, i, 1);
    hot_gauge_set(gauge, 0.5, 1);
    hot_int_gauge_set(lots, -1, 1);
    hot_up_down_add(in_flight, 2, 1);
    hot_failure_streak_failure(streak, 1);
    hot_failure_streak_failure_kind(streak, FailureKind::timeout, 1);
    hot_failure_streak_success(streak, 1);
    hot_histogram_record(histogram, i, now, 2);
    hot_histogram_record_stamped(histogram, i, 1);
    hot_scoped_timer(histogram, 1);
    for (const Directive& directive : directives.poll()) directives.acknowledge(directive);
  }
  return opened;
}

/// What the trader's lane says after its end, and how the trader ended.
struct Outcome {
  int wait_status = -1;
  std::uint64_t head = 0;
  std::uint64_t spilled = 0;
  bool obeyed = false;  ///< the directive that the sidecar had issued
};

class HotPath : public testing::Test {
 protected:
  HotPath() {
    directory_ = (std::filesystem::temp_directory_path() / "outrider-hot-XXXXXX").string();
    if (mkdtemp(directory_.data()) == nullptr) std::abort();
    for (const char* part : {"/t", "/c", "/c/kill"})
      std::filesystem::create_directory(directory_ + part);
  }
  ~HotPath() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string telemetry() const {
    return shm::telemetry_path(directory_, "trader", 1);
  }

  /// The trader: told when a control segment is there, then shut in and working.
  /// Ends with 0 when its gates opened as often as `open` says.
  [[noreturn]] void trade(std::uint32_t ring_capacity, bool open) {
    ProducerOptions options{.name = "trader", .directory = directory_};
    options.housekeeping = Housekeeping::manual;
    options.geometry.ring_capacity = ring_capacity;
    Status status;
    Producer producer = Producer::create(options, status);
    if (!status.ok()) {
      std::fprintf(stderr, "%s\n", status.message.c_str());
      _exit(73);
    }
    Writer writer = producer.writer("main");
    const Gate gate = producer.gate("orders");
    born_.tell();
    if (!connected_.wait()) _exit(74);
    producer.housekeep();
    const std::uint64_t opened = make_every_call(producer, writer, gate, allow_only_the_end);
    syscall(__NR_exit_group, opened == (open ? recorded / 4 : 0) ? 0 : 75);
    __builtin_unreachable();
  }

  /// The sidecar: makes the control segment and grants a lease of four seconds,
  /// if asked to; then sleeps until it is killed.
  [[noreturn]] void guard(bool grant) {
    shm::AttachedTelemetry attached;
    std::string why;
    if (shm::attach_telemetry(telemetry(), attached, why) != shm::AttachResult::attached) _exit(76);
    shm::FileError error;
    const shm::Geometry& geometry = attached.header.geometry;
    shm::Mapping mapping = shm::open_or_make_control(directory_, "trader",
                                                     {geometry, attached.header.generation}, error);
    if (!mapping) _exit(77);
    shm::Control control{{mapping.data(), mapping.size()}, geometry.lanes + 1, geometry.gates};
    shm::issue(*control.directives(), {.kind = DirectiveKind::cancel_all, .scope = "global"});
    if (grant) {
      const std::uint64_t lease = attached.header.clock.interval_ticks(4'000'000'000);
      const Ticks now = shm::ticks(attached.header.clock.kind);
      // relaxed: the trader is told through a pipe.
      control.gate(0).word.store(now.raw() + lease, std::memory_order_relaxed);
    }
    guarding_.tell();
    for (;;) pause();
  }

  Outcome run(std::uint32_t ring_capacity, bool grant, bool kill_the_sidecar) {
    const pid_t trader = fork();
    if (trader == 0) trade(ring_capacity, grant);
    EXPECT_TRUE(born_.wait());
    const pid_t sidecar = fork();
    if (sidecar == 0) guard(grant);
    EXPECT_TRUE(guarding_.wait());
    if (kill_the_sidecar) end(sidecar);
    connected_.tell();
    Outcome outcome;
    EXPECT_EQ(waitpid(trader, &outcome.wait_status, 0), trader);
    if (!kill_the_sidecar) end(sidecar);

    shm::AttachedTelemetry attached;
    std::string why;
    EXPECT_EQ(shm::attach_telemetry(telemetry(), attached, why), shm::AttachResult::attached)
        << why;
    const auto lane = attached.view().lane(0);
    // relaxed: the writer is dead.
    outcome.head = lane.header->head.load(std::memory_order_relaxed);
    outcome.spilled = lane.header->spilled.load(std::memory_order_relaxed);
    outcome.obeyed = shm::acknowledgement(*lane.header, 1) == DirectiveOutcome::done;
    return outcome;
  }

  static void end(pid_t process) {
    kill(process, SIGKILL);
    EXPECT_EQ(waitpid(process, nullptr, 0), process);
  }

  static void expect_clean_end(const Outcome& outcome) {
    EXPECT_FALSE(WIFSIGNALED(outcome.wait_status)) << "signal " << WTERMSIG(outcome.wait_status);
    EXPECT_EQ(WEXITSTATUS(outcome.wait_status), 0);
    EXPECT_TRUE(outcome.obeyed);
  }

 private:
  std::string directory_;
  Pipe born_;
  Pipe guarding_;
  Pipe connected_;
};

TEST_F(HotPath, MakesNoSystemCallWithTheRingEmpty) {
  const Outcome outcome = run(ring_for_all, true, false);

  expect_clean_end(outcome);
  EXPECT_EQ(outcome.head, recorded);
  EXPECT_EQ(outcome.spilled, 0U);
}

TEST_F(HotPath, MakesNoSystemCallWithTheRingFull) {
  const Outcome outcome = run(small_ring, true, false);

  expect_clean_end(outcome);
  EXPECT_EQ(outcome.head, small_ring);
  EXPECT_EQ(outcome.spilled, recorded - small_ring);
}

TEST_F(HotPath, MakesNoSystemCallWithTheSidecarDead) {
  const Outcome outcome = run(small_ring, true, true);

  expect_clean_end(outcome);
  EXPECT_EQ(outcome.head + outcome.spilled, recorded);
}

TEST_F(HotPath, MakesNoSystemCallWhereTheGateIsClosed) {
  expect_clean_end(run(small_ring, false, true));
}

TEST_F(HotPath, WouldDieOfASystemCallIfItMadeOne) {
  const pid_t child = fork();
  if (child == 0) {
    allow_only_the_end();
    syscall(__NR_getppid);
    syscall(__NR_exit_group, 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);

  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSYS);
}

}  // namespace
