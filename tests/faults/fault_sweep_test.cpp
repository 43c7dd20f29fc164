// SPDX-License-Identifier: Apache-2.0
// The first, the second, the third ... call of a kind fails, until a start comes to
// its end without reaching it. Each time: no crash and no hang, a sentence or
// work as before, and nothing left behind that the next start stumbles over.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <sstream>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

namespace fs = std::filesystem;

struct Fault {
  const char* call;
  int error;
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  return out << fault.call << '_' << ::strerrorname_np(fault.error);
}

class NthCall : public ::testing::TestWithParam<Fault> {
 protected:
  /// Past any start; a loop that never ends is a finding.
  static constexpr int most_calls = 200;

  /// A program whose n-th call fails; 0: none does.
  Process start(const std::vector<std::string>& command, int n) {
    fs::remove(reached_);
    fs::remove(log_);
    if (n > 0) {
      const std::string fail = std::string{GetParam().call} + ":" +
                               std::to_string(GetParam().error) + ":" + std::to_string(n);
      ::setenv("LD_PRELOAD", OUTRIDER_FAILING_CALLS, 1);
      ::setenv("OUTRIDER_FAIL", fail.c_str(), 1);
      ::setenv("OUTRIDER_FAIL_REACHED", reached_.c_str(), 1);
    }
    Process process{command, log_};
    ::unsetenv("LD_PRELOAD");
    return process;
  }
  bool was_reached() const { return fs::exists(reached_); }
  std::string said() const { return read_file(log_); }

  TempDirectory directory_;
  std::string segments_ = make_segment_directory(directory_.path());
  std::string log_ = directory_.path() + "/log";
  std::string reached_ = directory_.path() + "/reached";
};

class NthCallOfTheTrader : public NthCall {
 protected:
  /// What it said, on one line; how it ended is compared here.
  std::string trade(int n) {
    Process trader = start({std::string{OUTRIDER_BIN_DIR} + "/one_trader", segments_}, n);
    EXPECT_EQ(trader.wait(), 0) << GetParam() << " number " << n << ": " << said();
    return said();
  }
};

TEST_P(NthCallOfTheTrader, LeavesItAttachedOrDetachedWithAReason) {
  int n = 1;
  for (bool reached = true; reached; ++n) {
    ASSERT_LT(n, most_calls);
    // As from nothing: a start looks at every earlier one that no sidecar has read.
    for (const auto& each : fs::directory_iterator{segments_ + "/t"}) fs::remove(each.path());
    const std::string how = trade(n);
    reached = was_reached();
    const bool is_clear = how == "attached\n" || how.starts_with("detached: ");
    // Where its own words are what cannot be written, there are none.
    EXPECT_TRUE(is_clear || (how.empty() && std::string{"write"} == GetParam().call))
        << GetParam() << " number " << n << ": " << how;
    EXPECT_GT(how.size(), how.starts_with("detached: ") ? 40U : 0U) << how;
    EXPECT_EQ(trade(0), "attached\n") << GetParam() << " number " << n;
    ASSERT_FALSE(HasFailure());
  }
  RecordProperty("calls", n - 2);
}

class NthCallOfTheSidecar : public NthCall {
 protected:
  std::vector<std::string> command() {
    port_ = free_port();
    return {std::string{OUTRIDER_BIN_DIR} + "/outrider-sidecar", "--segment.dir=" + segments_,
            "--storage.path=" + directory_.path() + "/state",
            "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
  }
  /// Waits until it works or has ended; true when it works.
  bool comes_up(Process& sidecar, int& code) const {
    bool works = false;
    const bool either = eventually([&] {
      works = http_get(port_, "/-/healthy") == "healthy\n";
      return works || ended(sidecar, code);
    });
    EXPECT_TRUE(either) << GetParam() << " hangs: " << said();
    return works;
  }
  static bool ended(const Process& process, int& code) {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(process.pid()), &info, WEXITED | WNOHANG | WNOWAIT);
    code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    return info.si_pid != 0;
  }

  int port_ = 0;
};

TEST_P(NthCallOfTheSidecar, LeavesItWorkingOrEndedWithASentence) {
  int n = 1;
  for (bool reached = true; reached; ++n) {
    ASSERT_LT(n, most_calls);
    // As from nothing: what is there already is not made again.
    for (const char* each : {"/c/latch", "/c/sidecar.lock", "/control.sock"})
      fs::remove(segments_ + each);
    fs::remove_all(directory_.path() + "/state");
    Process faulty = start(command(), n);
    int code = -1;
    if (comes_up(faulty, code)) {
      reached = was_reached();
      faulty.signal(SIGTERM);
      // It answers before its last thread has begun.
      if (faulty.wait() != 0) {
        EXPECT_NE(said().find("outrider-sidecar: "), std::string::npos)
            << GetParam() << n << said();
      }
    } else {
      EXPECT_TRUE(code == 1 || code == 2) << GetParam() << " number " << n << ": " << code;
      EXPECT_NE(said().find("outrider-sidecar: "), std::string::npos) << n << said();
    }
    Process next = start(command(), 0);
    EXPECT_TRUE(comes_up(next, code)) << "after " << GetParam() << " number " << n << said();
    ASSERT_FALSE(HasFailure());
  }
  RecordProperty("calls", n - 2);
}

std::string name_of(const ::testing::TestParamInfo<Fault>& info) {
  return (std::ostringstream{} << info.param).str();
}

constexpr Fault of_files[] = {{"open", EMFILE},
                              {"open", EIO},
                              {"posix_fallocate", ENOSPC},
                              {"ftruncate", EIO},
                              {"mmap", ENOMEM},
                              {"madvise", ENOMEM},
                              {"link", ENOSPC},
                              {"rename", EIO},
                              {"mkdir", ENOSPC},
                              {"fchmod", EIO},
                              {"read", EIO},
                              {"write", ENOSPC},
                              {"fsync", EIO},
                              {"pthread_create", EAGAIN}};
constexpr Fault of_sockets[] = {{"socket", EMFILE}, {"bind", EACCES}, {"listen", EADDRINUSE}};

INSTANTIATE_TEST_SUITE_P(Each, NthCallOfTheTrader, ::testing::ValuesIn(of_files), name_of);
INSTANTIATE_TEST_SUITE_P(Each, NthCallOfTheSidecar, ::testing::ValuesIn(of_files), name_of);
INSTANTIATE_TEST_SUITE_P(EachOfSockets, NthCallOfTheSidecar, ::testing::ValuesIn(of_sockets),
                         name_of);

}  // namespace
}  // namespace outrider::testing
