// SPDX-License-Identifier: Apache-2.0
// A process that is run one instruction at a time. It is a fork of the tracer,
// so it runs the very code that the test was linked with, and it dies with it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace outrider::crash {

class Tracee {
 public:
  Tracee() = default;
  Tracee(const Tracee&) = delete;
  Tracee& operator=(const Tracee&) = delete;
  ~Tracee() { kill(); }

  void start(const std::function<void()>& body);

  /// Lets it run freely to its next stand. False, with a problem, when it ended.
  bool run_to_stand();

  /// Lets it run freely to its next system call that can change a file or a name.
  bool run_to_change();

  /// One instruction. False, with a problem, when it ended instead.
  bool step();

  /// Whether the instruction of the last step was a system call: only these make
  /// names and change sizes of files.
  [[nodiscard]] bool made_system_call() const noexcept { return made_system_call_; }

  /// SIGKILL, and gone when this returns.
  void kill();

  [[nodiscard]] bool runs() const noexcept { return pid_ > 0; }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  bool wait(int& stop_signal);
  [[nodiscard]] bool is_at_system_call() const;

  pid_t pid_ = 0;
  bool made_system_call_ = false;
  bool is_in_system_call_ = false;  ///< stopped at its entry
  std::string problem_;
};

}  // namespace outrider::crash
