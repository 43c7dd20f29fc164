// SPDX-License-Identifier: Apache-2.0
// The log: one line an event, logfmt or JSON, to standard error or a file. For
// every thread but the guard: it allocates, though it never waits for whoever
// reads it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "outputs/log_queue.hpp"
#include "outputs/repeat_limiter.hpp"

namespace outrider::outputs {

struct LostLines;

/// A key and its value, beside the message: log.info("segment attached", {{"producer", name}}).
struct LogField {
  std::string_view key;
  std::string value;
};
using LogFields = std::initializer_list<LogField>;

class Log {
 public:
  /// Throws std::runtime_error when log.file cannot be opened.
  explicit Log(const config::LogConfig& config);

  void debug(std::string_view message, LogFields fields = {});
  void info(std::string_view message, LogFields fields = {});
  /// Warnings and errors go out once, then once a minute with a count.
  void warn(std::string_view message, LogFields fields = {});
  void error(std::string_view message, LogFields fields = {});

  /// Applies a reloaded configuration and opens log.file again, since it may have
  /// been moved away (SIGHUP). When that fails all stays, and the reason is logged.
  void reconfigure(const config::LogConfig& config);

  /// Lines that found no room: whoever reads the log did not keep up, or its disk is full.
  [[nodiscard]] std::uint64_t dropped() const noexcept;
  /// Waits until every line from before is written; false when that took too long.
  bool flush(std::chrono::milliseconds patience) const { return queue_.flush(patience); }

 private:
  void limited(config::LogLevel level, std::string_view message, LogFields fields);
  void write(config::LogLevel level, std::string_view message, LogFields fields,
             std::uint64_t held_back);
  bool push(config::LogLevel level, std::string_view message, LogFields fields,
            std::uint64_t held_back);
  [[nodiscard]] std::shared_ptr<spdlog::logger> opened(const config::LogConfig& config) const;

  LogQueue queue_;
  std::atomic<std::uint64_t> dropped_{0};
  std::shared_ptr<LostLines> lost_;  ///< by the disk
  std::mutex mutex_;              ///< over everything below; never held while anything is written
  std::uint64_t untold_drops_{};  ///< since a line last said so
  config::LogConfig config_;
  RepeatLimiter limiter_;
  std::shared_ptr<spdlog::logger> logger_;
};

/// `level=info msg="..." key=value`: the part of a line after its time.
std::string logfmt_line(config::LogLevel level, std::string_view message, LogFields fields,
                        std::uint64_t held_back);
/// The same as the members of a JSON object, without its braces.
std::string json_line(config::LogLevel level, std::string_view message, LogFields fields,
                      std::uint64_t held_back);

}  // namespace outrider::outputs
