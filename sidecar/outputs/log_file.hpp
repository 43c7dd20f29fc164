// SPDX-License-Identifier: Apache-2.0
// log.file: appended to, and at log.max-bytes renamed to FILE.1 over the one
// before. Invariant: two files bound what a log may take, and no rename or open
// that fails costs a line.
#pragma once

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "outrider/shm/file.hpp"

namespace outrider::outputs {

/// Lines that the file system did not take; outlives a file that is opened again.
struct LostLines {
  std::atomic<std::uint64_t> total{0};
  std::uint64_t untold = 0;  ///< since a line last said so; the writer thread's
};

class LogFile : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  /// Throws std::runtime_error when the file cannot be opened.
  LogFile(const config::LogConfig& config, std::shared_ptr<LostLines> lost);

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}  // nothing waits here: each line is one write

 private:
  bool write(std::string_view line);
  /// Begins a new file, or says once why not and goes on with the one there is.
  void begin_anew();
  /// True when the path leads to the file that is open here.
  [[nodiscard]] bool is_at_its_path() const;
  bool reopen();
  /// A warning of our own, in the form of the other lines.
  bool say(const std::string& text);

  std::string path_;
  config::LogFormat format_;
  std::uint64_t max_bytes_;
  shm::Descriptor file_;
  std::uint64_t size_ = 0;
  std::uint64_t limit_ = 0;  ///< at which size a new file is begun; 0: never, it is a pipe
  bool has_complained_ = false;
  std::shared_ptr<LostLines> lost_;
};

}  // namespace outrider::outputs
