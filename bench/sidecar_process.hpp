// SPDX-License-Identifier: Apache-2.0
// The real outrider-sidecar as a child process with directories, rules and a
// port of its own; ended with its owner.
#pragma once

#include <sys/types.h>

#include <string>

namespace outrider::bench {

class SidecarProcess {
 public:
  /// `directory` holds t, c and c/kill; `loop` is adaptive or spin, `recorder` the settings of
  /// flight-recorder. Ends the program with the reason when the sidecar cannot be started.
  SidecarProcess(const std::string& directory, const std::string& loop, const std::string& rules,
                 const std::string& recorder = "");
  SidecarProcess(const SidecarProcess&) = delete;
  SidecarProcess& operator=(const SidecarProcess&) = delete;
  ~SidecarProcess();

  /// Processor time it has used so far.
  [[nodiscard]] double cpu_seconds() const;

 private:
  pid_t process_ = -1;
};

}  // namespace outrider::bench
