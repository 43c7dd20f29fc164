// SPDX-License-Identifier: Apache-2.0
// A program of the operator's while it runs: without a shell, in a process group of its
// own, which is killed whole when its owner says so, and whatever is left of it when
// the program ends or its owner goes.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "outrider/shm/file.hpp"

namespace outrider::probes {

struct ProgramSettings {
  std::vector<std::string> command{};                ///< the file, then its arguments
  std::map<std::string, std::string> environment{};  ///< all that it has beside PATH
  std::optional<std::string_view> input{};           ///< what it may read; none: /dev/null
};

/// How it ended.
struct Ending {
  bool exited = false;  ///< else by a signal
  int status = 0;       ///< the code, or the number of the signal
};

class Program {
 public:
  explicit Program(const ProgramSettings& settings);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Why it could not be started, as errno has it; 0: it was.
  [[nodiscard]] int error() const { return error_; }
  /// Readable when it has ended.
  [[nodiscard]] int descriptor() const { return handle_.get(); }
  /// Nothing while it runs; never asked of one that could not be started, nor again.
  std::optional<Ending> look();
  void kill() const;

 private:
  pid_t pid_ = -1;
  shm::Descriptor handle_;
  int error_ = 0;
};

}  // namespace outrider::probes
