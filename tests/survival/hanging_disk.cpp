// SPDX-License-Identifier: Apache-2.0
// A library to be loaded before all others: while the file that OUTRIDER_HANG_WHILE names
// is there, no write to a file below a directory `state`, or what OUTRIDER_HANG_BELOW says,
// ends, and no sync.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

bool is_on_that_disk(int fd) {
  const char* const wanted = std::getenv("OUTRIDER_HANG_BELOW");
  std::array<char, 64> link{};
  std::array<char, 4096> path{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  const ssize_t size = ::readlink(link.data(), path.data(), path.size());
  return size > 0 && std::string_view{path.data(), static_cast<std::size_t>(size)}.find(
                         wanted == nullptr ? "/state/" : wanted) != std::string_view::npos;
}

void hang(int fd) {
  const char* flag = std::getenv("OUTRIDER_HANG_WHILE");
  if (flag == nullptr || ::access(flag, F_OK) != 0 || !is_on_that_disk(fd)) return;
  const timespec pause{0, 2'000'000};
  while (::access(flag, F_OK) == 0) ::nanosleep(&pause, nullptr);
}

}  // namespace

// Both names of each: with and without large files they are one on this machine.
extern "C" {

ssize_t write(int fd, const void* from, std::size_t bytes) {
  hang(fd);
  return ::syscall(SYS_write, fd, from, bytes);
}
ssize_t pwrite(int fd, const void* from, std::size_t bytes, off_t to) {
  hang(fd);
  return ::syscall(SYS_pwrite64, fd, from, bytes, to);
}
ssize_t pwrite64(int fd, const void* from, std::size_t bytes, off_t to) {
  return pwrite(fd, from, bytes, to);
}
int fsync(int fd) {
  hang(fd);
  return static_cast<int>(::syscall(SYS_fsync, fd));
}
int fdatasync(int fd) {
  hang(fd);
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}
int ftruncate(int fd, off_t bytes) noexcept {
  hang(fd);
  return static_cast<int>(::syscall(SYS_ftruncate, fd, bytes));
}
int ftruncate64(int fd, off_t bytes) noexcept {
  return ftruncate(fd, bytes);
}
}
