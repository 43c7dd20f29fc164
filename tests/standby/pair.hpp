// SPDX-License-Identifier: Apache-2.0
// Two sidecars on one segment directory, the second one standing by.
#pragma once

#include <array>
#include <string>

#include "process/harness.hpp"

namespace outrider::testing {

class Pair {
 public:
  /// Armed at its start. A long lease, so that a busy machine closes no gate.
  explicit Pair(const std::string& lease = "3s");

  /// One more on the same directory.
  Process start(bool standby);
  /// Starts the one that does not run, as the standby, and waits until it is one.
  void start_standby();
  /// The other one serves from now on.
  void swap() { active_ = 1 - active_; }

  Process& active() { return sides_[active_]; }
  Process& standby() { return sides_[1 - active_]; }

  [[nodiscard]] const std::string& root() const { return directory_.path(); }
  [[nodiscard]] const std::string& segments() const { return segments_; }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string log() const { return read_file(log_); }
  /// How often the log has `text`.
  [[nodiscard]] std::size_t said(const std::string& text) const;
  /// Value of a line of /metrics, given everything before the value; -1: it is not there.
  [[nodiscard]] double metric(const std::string& series) const;

 private:
  TempDirectory directory_;
  /// In memory, as /run is.
  test::TemporaryDirectory memory_{test::memory_directory(), "standby"};
  std::string segments_ = make_segment_directory(memory_.path());
  std::string log_ = directory_.path() + "/sidecar.log";
  int port_ = free_port();
  std::array<Process, 2> sides_;
  std::size_t active_ = 0;
};

}  // namespace outrider::testing
