// SPDX-License-Identifier: Apache-2.0
// Between those who log and the descriptor that is written to, which blocks for as
// long as its reader likes. Invariant: nobody but the writer thread waits for it;
// a line that finds no room is dropped, and the caller told.
#pragma once

#include <spdlog/common.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>

namespace spdlog {
class logger;
}

namespace outrider::outputs {

/// A line with the file that it is for: one that was opened later does not get
/// the lines from before.
struct LogLine {
  std::shared_ptr<spdlog::logger> to;
  spdlog::level::level_enum level = spdlog::level::off;
  spdlog::log_clock::time_point time;
  std::string text;
};

class LogQueue {
 public:
  /// Lines that wait; some megabytes.
  static constexpr std::size_t capacity = 4096;
  /// How long the end of the program waits for whoever reads the log.
  static constexpr std::chrono::milliseconds patience_at_end{1'000};

  LogQueue();
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;
  /// Writes what waits, for as long as its patience lasts.
  ~LogQueue();

  /// False when it has no room. Never waits for a reader.
  [[nodiscard]] bool try_push(LogLine&& line);

  /// Waits until every line from before is written; false when that took too long.
  bool flush(std::chrono::milliseconds patience) const;

 private:
  struct Shared;
  static void run(Shared& shared);

  std::shared_ptr<Shared> shared_;  ///< with the writer, which may be stuck when we go
  std::thread writer_;
};

}  // namespace outrider::outputs
