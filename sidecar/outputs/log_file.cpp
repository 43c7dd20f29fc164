// SPDX-License-Identifier: Apache-2.0
#include "outputs/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>

#include "outputs/log.hpp"

namespace outrider::outputs {

LogFile::LogFile(const config::LogConfig& config, std::shared_ptr<LostLines> lost)
    : path_{config.file},
      format_{config.format},
      max_bytes_{config.max_bytes},
      lost_{std::move(lost)} {
  if (reopen()) return;
  throw std::runtime_error{"log.file: " + path_ + ": found " + shm::errno_text(errno) +
                           "; needed a file that this user may append to; make its directory or "
                           "give --log.file"};
}

bool LogFile::reopen() {
  constexpr mode_t as_umask_says = 0666;
  shm::Descriptor file{
      ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, as_umask_says)};
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return false;
  file_ = std::move(file);
  size_ = static_cast<std::uint64_t>(info.st_size);
  limit_ = S_ISREG(info.st_mode) ? max_bytes_ : 0;
  return true;
}

void LogFile::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  if (limit_ > 0 && size_ > 0 && size_ + line.size() > limit_) begin_anew();
  if (lost_->untold > 0 && say("found no room for " + std::to_string(lost_->untold) +
                               " line(s) of the log; needed some on " + path_ + "; free it")) {
    lost_->untold = 0;
  }
  if (write({line.data(), line.size()})) return;
  ++lost_->untold;
  lost_->total.fetch_add(1, std::memory_order_relaxed);  // relaxed: a count on its own
}

bool LogFile::write(std::string_view line) {
  ssize_t done = 0;
  do {
    done = ::write(file_.get(), line.data(), line.size());
  } while (done < 0 && errno == EINTR);
  if (done == static_cast<ssize_t>(line.size())) {
    size_ += line.size();
    return true;
  }
  // A part of a line would swallow the next one; of a pipe it cannot be taken back.
  if (done > 0 && limit_ > 0 && ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) {
    size_ += static_cast<std::uint64_t>(done);
  }
  return false;
}

bool LogFile::is_at_its_path() const {
  struct stat here {};
  struct stat there {};
  return ::fstat(file_.get(), &here) == 0 && ::stat(path_.c_str(), &there) == 0 &&
         here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

void LogFile::begin_anew() {
  const std::string full = path_ + ".1";
  // Who moved it away has made room already; what stands there now is not ours to move.
  const bool is_ours = is_at_its_path();
  if ((!is_ours || std::rename(path_.c_str(), full.c_str()) == 0) && reopen()) return;
  const int code = errno;
  limit_ = size_ + max_bytes_;
  if (has_complained_) return;
  has_complained_ = true;
  say("the log grows past log.max-bytes: cannot move " + path_ + " to " + full + ": found " +
      shm::errno_text(code) +
      "; needed a file or nothing there, and a directory that this user may write; see to both");
}

bool LogFile::say(const std::string& text) {
  const auto level = config::LogLevel::warn;
  const std::string body = format_ == config::LogFormat::json ? json_line(level, text, {}, 0)
                                                              : logfmt_line(level, text, {}, 0);
  spdlog::memory_buf_t line;
  formatter_->format({"outrider", spdlog::level::warn, body}, line);
  return write({line.data(), line.size()});
}

}  // namespace outrider::outputs
