// SPDX-License-Identifier: Apache-2.0
// What systemd hears, on a socket as it makes one: ready, alive, reloading, stopping.
#include <dirent.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "outrider/shm/file.hpp"
#include "standby/pair.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto watchdog = 400ms;

/// $NOTIFY_SOCKET and $WATCHDOG_USEC for what is started while it lives.
class Notifications {
 public:
  Notifications() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = directory_.path() + "/notify";
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error{"cannot bind " + path};
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", std::to_string(watchdog / 1us).c_str(), 1);
  }
  ~Notifications() {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
  }

  /// What comes next, or empty after `patience`.
  std::string next(std::chrono::milliseconds patience = 20s) {
    pollfd readable{socket_.get(), POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(patience / 1ms)) != 1) return {};
    std::array<char, 512> text{};
    const ssize_t got = ::recv(socket_.get(), text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(got > 0 ? got : 0)};
  }
  /// Whether `text` comes, whatever comes before it.
  bool hears(const std::string& text) {
    for (std::string said = next(); !said.empty(); said = next()) {
      if (said == text) return true;
    }
    return false;
  }
  /// How many messages come within `time`.
  int count(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    int heard = 0;
    while (true) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now());
      if (left <= 0ms) return heard;
      if (!next(left).empty()) ++heard;
    }
  }

 private:
  TempDirectory directory_;
  shm::Descriptor socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

pid_t thread_named(pid_t process, const std::string& name) {
  const std::string tasks = "/proc/" + std::to_string(process) + "/task";
  pid_t found = -1;
  DIR* const directory = ::opendir(tasks.c_str());
  for (const dirent* entry = ::readdir(directory); entry != nullptr; entry = ::readdir(directory)) {
    if (read_file(tasks + "/" + entry->d_name + "/comm") == name + "\n")
      found = std::atoi(entry->d_name);
  }
  ::closedir(directory);
  return found;
}

class Notify : public ::testing::Test {
 protected:
  Notifications systemd_;
  Pair pair_;
};

TEST_F(Notify, SaysReadyWhenTheGuardHasPassedAndAliveWhileItPasses) {
  EXPECT_TRUE(systemd_.hears("READY=1"));
  EXPECT_TRUE(systemd_.hears("WATCHDOG=1"));
  EXPECT_TRUE(systemd_.hears("WATCHDOG=1"));
}

TEST_F(Notify, IsSilentWhileNothingButTheGuardThreadStandsStill) {
  const pid_t guard = thread_named(pair_.active().pid(), "guard");
  ASSERT_TRUE(systemd_.hears("WATCHDOG=1"));
  ASSERT_EQ(::ptrace(PTRACE_SEIZE, guard, nullptr, nullptr), 0);
  ASSERT_EQ(::ptrace(PTRACE_INTERRUPT, guard, nullptr, nullptr), 0);
  ASSERT_EQ(::waitpid(guard, nullptr, __WALL), guard);

  // One may be on its way: a pass that was finished before.
  EXPECT_LE(systemd_.count(2 * watchdog), 1);
  EXPECT_FALSE(http_get(pair_.port(), "/healthz").empty()) << "the others run";
  ASSERT_EQ(::ptrace(PTRACE_DETACH, guard, nullptr, nullptr), 0);

  EXPECT_TRUE(systemd_.hears("WATCHDOG=1"));
}

TEST_F(Notify, SaysWhatBecameOfAReload) {
  ASSERT_TRUE(systemd_.hears("STATUS=guarding"));
  pair_.active().signal(SIGHUP);
  EXPECT_TRUE(systemd_.hears("RELOADING=1"));
  EXPECT_TRUE(systemd_.hears("READY=1\nSTATUS=guarding"));

  write_file(pair_.root() + "/sidecar.yml", "no_such_key: 1\n");
  pair_.active().signal(SIGHUP);

  EXPECT_TRUE(systemd_.hears("RELOADING=1"));
  EXPECT_TRUE(systemd_.hears(
      "READY=1\nSTATUS=guarding with the settings from before: the last reload failed, see the "
      "log"));
}

TEST_F(Notify, SaysThatItStops) {
  ASSERT_TRUE(systemd_.hears("STATUS=guarding"));
  pair_.active().signal(SIGTERM);
  EXPECT_TRUE(systemd_.hears("STOPPING=1"));
  EXPECT_EQ(pair_.active().wait(), 0);
}

/// The first of the two is not systemd's.
class NotifyOfAStandby : public ::testing::Test {
 protected:
  Pair pair_;
  Notifications systemd_;
};

TEST_F(NotifyOfAStandby, IsReadyAndAliveWhileItWaitsAndWhenItServes) {
  pair_.start_standby();
  EXPECT_EQ(systemd_.next(), "STATUS=standing by");
  EXPECT_EQ(systemd_.next(), "READY=1");
  EXPECT_EQ(systemd_.next(), "WATCHDOG=1");

  pair_.active().kill_now();

  EXPECT_TRUE(systemd_.hears("STATUS=guarding"));
  EXPECT_EQ(systemd_.next(), "WATCHDOG=1");
}

TEST_F(NotifyOfAStandby, StartsLikeAnyOtherWhereNobodyGuards) {
  pair_.active().kill_now();
  const std::size_t before = pair_.said("sidecar started");
  Process alone = pair_.start(true);

  EXPECT_TRUE(eventually([&] { return pair_.said("sidecar started") > before; })) << pair_.log();
  EXPECT_EQ(pair_.said("standing by"), 0U);
  EXPECT_EQ(pair_.said("took over"), 0U);
}

}  // namespace
}  // namespace outrider::testing
