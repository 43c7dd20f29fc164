// SPDX-License-Identifier: Apache-2.0
// Real programs for tests: started in directories of their own, killed by the
// pid that was started, asked over loopback.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "temporary_directory.hpp"

namespace outrider::testing {

class TempDirectory : public test::TemporaryDirectory {
 public:
  TempDirectory() : TemporaryDirectory{"/tmp", "test"} {}
};

/// A segment directory for one user, with t, c and c/kill.
std::string make_segment_directory(const std::string& parent);

void write_file(const std::string& path, const std::string& text);
std::string read_file(const std::string& path);

/// A child process; killed with SIGKILL when its owner goes.
class Process {
 public:
  Process() = default;
  /// Standard output and error go to `log`.
  Process(const std::vector<std::string>& command, const std::string& log);
  Process(Process&& other) noexcept { *this = std::move(other); }
  Process& operator=(Process&& other) noexcept;
  ~Process();

  void signal(int number) const;
  /// Exit code, or 128 + signal; waits until the process has ended.
  int wait();
  void kill_now();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

/// A sidecar on a segment directory, its own state directory and a free port.
class SidecarProcess {
 public:
  SidecarProcess(const std::string& root, std::vector<std::string> flags = {});
  /// Started again on the same directories and port.
  void start();
  Process& process() { return process_; }

  [[nodiscard]] const std::string& segments() const { return segments_; }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string log() const;
  /// Exit code of `outrider ARGUMENTS` at this sidecar; see run().
  int outrider(const std::string& arguments, std::string* output = nullptr) const;
  /// Body of a GET; empty when nobody answers.
  [[nodiscard]] std::string get(const std::string& path) const;
  /// Value of a line of /metrics, given everything before the value.
  [[nodiscard]] std::optional<double> metric(const std::string& series) const;

 private:
  std::string root_;
  std::string segments_;
  std::vector<std::string> flags_;
  int port_ = 0;
  Process process_;
};

/// A port that nobody listens on.
int free_port();

/// GET over loopback; the body, or empty when nobody answers.
std::string http_get(int port, const std::string& path);

/// Waits for a condition under a watchdog; false when it never came true.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds patience = std::chrono::seconds{20});

/// Exit code of a shell command whose output goes to `output`.
int run(const std::string& command, std::string* output = nullptr);

}  // namespace outrider::testing
