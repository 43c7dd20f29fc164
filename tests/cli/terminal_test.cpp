// SPDX-License-Identifier: Apache-2.0
// `outrider top` on a terminal: what it shows there, and how it leaves it.
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <utmp.h>

#include <csignal>

#include "cli/program.hpp"
#include "process/harness.hpp"

namespace outrider::cli {
namespace {

/// The program on a terminal of its own.
class OnTerminal {
 public:
  OnTerminal(const std::string& directory, const char* no_colour) {
    winsize size{20, 60, 0, 0};
    EXPECT_EQ(::openpty(&ours_, &theirs_, nullptr, nullptr, &size), 0);
    ::tcgetattr(theirs_, &before_);
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::setenv("TERM", "xterm", 1);
    ::setenv("NO_COLOR", no_colour, 1);
    ::login_tty(theirs_);
    ::execl(OUTRIDER_BIN_DIR "/outrider", "outrider", "--segment.dir", directory.c_str(), "top",
            "--interval", "100ms", nullptr);
    ::_exit(127);
  }
  ~OnTerminal() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    ::close(ours_);
    ::close(theirs_);
  }
  /// Until it has shown `text`, or nothing more comes.
  bool shows(const std::string& text) {
    return outrider::testing::eventually([&] {
      read_on();
      return contains(shown_, text);
    });
  }
  void press(char key) const { EXPECT_EQ(::write(ours_, &key, 1), 1); }
  void resize(unsigned short lines, unsigned short columns) const {
    winsize size{lines, columns, 0, 0};
    ::ioctl(ours_, TIOCSWINSZ, &size);
  }
  void signal(int number) const { ::kill(pid_, number); }
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) == 0) read_on();
    pid_ = -1;
    read_on();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  bool is_as_before() const {
    termios now{};
    ::tcgetattr(theirs_, &now);
    return now.c_lflag == before_.c_lflag && shown_.ends_with("\033[?25h\033[?1049l");
  }
  const std::string& shown() const { return shown_; }

 private:
  void read_on() {
    pollfd door{ours_, POLLIN, 0};
    while (::poll(&door, 1, 10) == 1) {
      std::array<char, 4096> bytes{};
      const ssize_t got = ::read(ours_, bytes.data(), bytes.size());
      if (got <= 0) return;
      shown_.append(bytes.data(), static_cast<std::size_t>(got));
    }
  }

  int ours_ = -1;
  int theirs_ = -1;
  termios before_{};
  pid_t pid_ = -1;
  std::string shown_;
};

using TopPage = CommandLine;

TEST_F(TopPage, LeavesTheTerminalAsItWas) {
  const Trader trader(directory);
  for (const bool by_key : {true, false}) {
    OnTerminal terminal(directory, "");
    EXPECT_TRUE(terminal.shows("gateway-1/orders  \033[1;31mUNARMED")) << terminal.shown();

    by_key ? terminal.press('q') : terminal.signal(SIGTERM);

    EXPECT_EQ(terminal.wait(), 0);
    EXPECT_TRUE(terminal.is_as_before()) << terminal.shown();
  }
  OnTerminal terminal(directory, "");
  EXPECT_TRUE(terminal.shows("outrider top"));
  terminal.press('\003');  // Ctrl-C
  EXPECT_EQ(terminal.wait(), 0);
  EXPECT_TRUE(terminal.is_as_before());
}

TEST_F(TopPage, FitsTheTerminalAndItsNextSize) {
  const Trader trader(directory);
  OnTerminal terminal(directory, "1");
  ASSERT_TRUE(terminal.shows("PRODUCER   STATE")) << terminal.shown();
  EXPECT_FALSE(contains(terminal.shown(), "\033[1;31m")) << "NO_COLOR";
  EXPECT_FALSE(contains(terminal.shown(), "SPILLED")) << "60 columns";

  terminal.resize(40, 200);
  EXPECT_TRUE(terminal.shows("SPILLED")) << terminal.shown();

  terminal.resize(5, 200);
  EXPECT_TRUE(terminal.shows("more lines")) << terminal.shown();
}

}  // namespace
}  // namespace outrider::cli
