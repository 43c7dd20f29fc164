// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace outrider::cli {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

void put(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

bool can_show_page() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && kind != nullptr && std::string_view{kind} != "dumb";
}

bool wants_colours() {
  return can_show_page() && !is_set("NO_COLOR");
}

Wishes::Wishes() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) sigaddset(&wanted, number);
  ::pthread_sigmask(SIG_BLOCK, &wanted, &before_);
  signals_ = shm::Descriptor{::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK)};
}

Wishes::~Wishes() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

Wishes::Wish Wishes::signalled() const {
  Wish wish = Wish::none;
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == ssize_t{sizeof info}) {
    if (info.ssi_signo != SIGWINCH) return Wish::quit;
    wish = Wish::redraw;
  }
  return wish;
}

Wishes::Wish Wishes::wait_until(std::chrono::steady_clock::time_point end, bool listens) const {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return signalled();
    std::array<pollfd, 2> doors{
        {{signals_.get(), POLLIN, 0}, {listens ? STDIN_FILENO : -1, POLLIN, 0}}};
    if (::poll(doors.data(), doors.size(), static_cast<int>(left.count())) < 0) continue;
    if (const Wish wish = signalled(); wish != Wish::none) return wish;
    if (doors[1].revents == 0) continue;
    char key = 0;
    // A keyboard that is gone has nobody behind it.
    if (::read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q') return Wish::quit;
    return Wish::redraw;
  }
}

Terminal::Terminal() {
  listens_ = ::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &before_) == 0 &&
             ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
  if (listens_) {
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    quiet.c_cc[VSUSP] = _POSIX_VDISABLE;  // a stopped page would keep the terminal
    ::tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
  }
  put("\033[?1049h\033[?25l");  // another screen, no cursor
}

Terminal::~Terminal() {
  put("\033[?25h\033[?1049l");
  if (listens_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

Terminal::Size Terminal::size() const {
  winsize found{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) != 0 || found.ws_col == 0 || found.ws_row == 0)
    return {};
  return {found.ws_col, found.ws_row};
}

void Terminal::show(const std::string& page) const {
  std::string shown = "\033[H";
  for (const char c : page) shown += c == '\n' ? std::string("\033[K\n") : std::string(1, c);
  // The line after the last one would scroll the page up.
  if (shown.ends_with('\n')) shown.pop_back();
  put(shown + "\033[J");
}

}  // namespace outrider::cli
