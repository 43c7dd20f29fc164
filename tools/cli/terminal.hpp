// SPDX-License-Identifier: Apache-2.0
// The terminal while a page is shown on it, and what its user wishes meanwhile. Whatever
// ends the command but SIGKILL leaves the terminal as it was.
#pragma once

#include <termios.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>

#include "outrider/shm/file.hpp"

namespace outrider::cli {

/// Whether standard output is a terminal on which a page can stay in its place.
bool can_show_page();

/// Whether to use colours: on a terminal, unless NO_COLOR says no.
bool wants_colours();

/// Ctrl-C, SIGTERM, SIGHUP and a terminal of another size wait to be asked for.
class Wishes {
 public:
  Wishes();
  ~Wishes();
  Wishes(const Wishes&) = delete;
  Wishes& operator=(const Wishes&) = delete;

  enum class Wish { none, quit, redraw };
  /// Waits until there is one, or the time is over. Keys count only while `listens`.
  Wish wait_until(std::chrono::steady_clock::time_point end, bool listens) const;

 private:
  [[nodiscard]] Wish signalled() const;

  sigset_t before_{};
  shm::Descriptor signals_;
};

/// A page of the terminal's own, which goes with it.
class Terminal {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  struct Size {
    std::size_t columns = 80;
    std::size_t lines = 24;
  };
  [[nodiscard]] Size size() const;
  /// In the place of what is there.
  void show(const std::string& page) const;
  [[nodiscard]] bool listens() const { return listens_; }

 private:
  termios before_{};
  bool listens_ = false;  ///< its keyboard is ours
};

}  // namespace outrider::cli
