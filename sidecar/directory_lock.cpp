// SPDX-License-Identifier: Apache-2.0
#include "directory_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace outrider {
namespace {

/// A lock of the open file has no owner that the kernel could name, so the
/// holder writes his number into it.
void note_pid(int lock) {
  const std::string text = std::to_string(::getpid()) + "\n";
  // A number that cannot be written is only missing from a sentence.
  if (::ftruncate(lock, 0) != 0 || ::pwrite(lock, text.data(), text.size(), 0) < 0) return;
}

std::string pid_in(int lock) {
  std::array<char, 16> text{};
  const ssize_t got = ::pread(lock, text.data(), text.size(), 0);
  const std::string found{text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  const std::string pid = found.substr(0, found.find_first_not_of("0123456789"));
  return pid.empty() ? "unknown" : pid;
}

}  // namespace

shm::Descriptor take_directory(const std::string& directory, std::string& refusal) {
  const std::string path = directory + "/c/sidecar.lock";
  shm::Descriptor lock{::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640)};
  if (!lock) {
    refusal = path + ": " + shm::errno_text(errno) +
              "; needed a file that this user may write; run as the owner of " + directory;
    return lock;
  }
  struct flock wanted {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  if (::fcntl(lock.get(), F_OFD_SETLK, &wanted) != 0) {
    refusal = "found another sidecar on " + directory + ", process " + pid_in(lock.get()) +
              " (lock " + path + "); needed one a directory; stop it first";
    return {};
  }
  note_pid(lock.get());
  return lock;
}

}  // namespace outrider
