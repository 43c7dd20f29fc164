// SPDX-License-Identifier: Apache-2.0
#include "hdr_log/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "hdr_log/log_text.hpp"

namespace outrider::hdr_log {

std::string LogFile::refused(const char* needed) const {
  const int code = errno;
  return path_ + ": found " + shm::errno_text(code) + "; needed " + needed +
         "; intervals are lost until then";
}

bool LogFile::open() {
  constexpr mode_t as_umask_says = 0666;
  // A pipe without a reader is refused instead of waited for.
  constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK;
  shm::Descriptor file{::open(path_.c_str(), flags, as_umask_says)};
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return false;
  file_ = std::move(file);
  size_ = static_cast<std::uint64_t>(info.st_size);
  is_regular_ = S_ISREG(info.st_mode);
  return true;
}

std::string LogFile::append(const std::string& lines, std::chrono::nanoseconds wall) {
  if (!file_ && !open()) return refused("a file that this user may append to");
  if (is_regular_ && size_ > 0 && size_ + lines.size() > max_bytes_) {
    if (std::rename(path_.c_str(), (path_ + ".1").c_str()) != 0)
      return refused("a directory in which this user may rename it");
    file_ = {};
    if (!open()) return refused("a file that this user may append to");
  }
  const std::string text = size_ == 0 ? log_front(wall) + lines : lines;
  if (text.empty()) return {};
  ssize_t done = 0;
  do {
    done = ::write(file_.get(), text.data(), text.size());
  } while (done < 0 && errno == EINTR);
  if (done == static_cast<ssize_t>(text.size())) {
    size_ += text.size();
    return {};
  }
  const std::string why = done < 0 ? refused("room for it")
                                   : path_ + ": found no room for all of " +
                                         std::to_string(text.size()) +
                                         " bytes; needed it; intervals are lost until then";
  // A part of a line would swallow the next one.
  if (done > 0 && ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0)
    size_ += static_cast<std::uint64_t>(done);
  return why;
}

}  // namespace outrider::hdr_log
