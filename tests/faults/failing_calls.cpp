// SPDX-License-Identifier: Apache-2.0
// A library to be loaded before all others: the n-th call of one kind fails.
// OUTRIDER_FAIL names it as CALL:ERRNO:N; when it is reached, the file that
// OUTRIDER_FAIL_REACHED names is made. Everything else goes on to the kernel.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

struct Wanted {
  std::string_view call;
  int error = 0;
  long number = 0;
};

Wanted read_wanted() {
  const char* text = std::getenv("OUTRIDER_FAIL");
  if (text == nullptr) return {};
  const char* first = std::strchr(text, ':');
  const char* second = first == nullptr ? nullptr : std::strchr(first + 1, ':');
  if (second == nullptr) return {};
  return {{text, static_cast<std::size_t>(first - text)},
          static_cast<int>(std::strtol(first + 1, nullptr, 10)),
          std::strtol(second + 1, nullptr, 10)};
}

void note_reached() {
  const char* path = std::getenv("OUTRIDER_FAIL_REACHED");
  if (path == nullptr) return;
  const long file = ::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ::syscall(SYS_close, file);
}

/// The errno of this call if it is the one, else 0.
int fails(std::string_view call) {
  static const Wanted wanted = read_wanted();
  static std::atomic<long> calls{0};
  if (call != wanted.call) return 0;
  // relaxed: a count.
  if (calls.fetch_add(1, std::memory_order_relaxed) + 1 != wanted.number) return 0;
  note_reached();
  return wanted.error;
}

template <class... Arguments>
long pass_on(std::string_view call, long number, Arguments... arguments) {
  const int error = fails(call);
  if (error == 0) return ::syscall(number, arguments...);
  errno = error;
  return -1;
}

/// What wakes a thread or goes to a client is no file: other failures than ours.
bool is_file(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

/// A read or a write, of a file.
template <class... Arguments>
ssize_t transfer(std::string_view call, long number, int fd, Arguments... arguments) {
  return pass_on(is_file(fd) ? call : "", number, fd, arguments...);
}

int open_file(int directory, const char* path, int flags, mode_t mode) {
  return static_cast<int>(pass_on("open", SYS_openat, directory, path, flags, mode));
}

}  // namespace

// Both names of each: with and without large files they are one on this machine.
extern "C" {

#define WITH_MODE(flags)                                            \
  mode_t mode = 0;                                                  \
  if (((flags)&O_CREAT) != 0 || ((flags)&O_TMPFILE) == O_TMPFILE) { \
    va_list rest;                                                   \
    va_start(rest, flags);                                          \
    mode = va_arg(rest, mode_t);                                    \
    va_end(rest);                                                   \
  }

int open(const char* path, int flags, ...) {
  WITH_MODE(flags)
  return open_file(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  WITH_MODE(flags)
  return open_file(AT_FDCWD, path, flags, mode);
}
int openat(int directory, const char* path, int flags, ...) {
  WITH_MODE(flags)
  return open_file(directory, path, flags, mode);
}

int posix_fallocate(int fd, off_t from, off_t bytes) {
  const int error = fails("posix_fallocate");
  if (error != 0) return error;
  return ::syscall(SYS_fallocate, fd, 0, from, bytes) == 0 ? 0 : errno;
}
int posix_fallocate64(int fd, off_t from, off_t bytes) {
  return posix_fallocate(fd, from, bytes);
}

int ftruncate(int fd, off_t bytes) noexcept {
  return static_cast<int>(pass_on("ftruncate", SYS_ftruncate, fd, bytes));
}
int ftruncate64(int fd, off_t bytes) noexcept {
  return ftruncate(fd, bytes);
}

// NOLINTBEGIN(readability-function-size): the kernel's parameters
void* mmap(void* at, std::size_t bytes, int access, int flags, int fd, off_t from) noexcept {
  return reinterpret_cast<void*>(pass_on("mmap", SYS_mmap, at, bytes, access, flags, fd, from));
}
void* mmap64(void* at, std::size_t bytes, int access, int flags, int fd, off_t from) noexcept {
  return mmap(at, bytes, access, flags, fd, from);
}
// NOLINTEND(readability-function-size)
int madvise(void* at, std::size_t bytes, int advice) noexcept {
  return static_cast<int>(pass_on("madvise", SYS_madvise, at, bytes, advice));
}

int link(const char* from, const char* to) noexcept {
  return static_cast<int>(pass_on("link", SYS_link, from, to));
}
// NOLINTNEXTLINE(readability-function-size): the kernel's parameters
int linkat(int from_fd, const char* from, int to_fd, const char* to, int flags) noexcept {
  return static_cast<int>(pass_on("link", SYS_linkat, from_fd, from, to_fd, to, flags));
}
int rename(const char* from, const char* to) noexcept {
  return static_cast<int>(pass_on("rename", SYS_rename, from, to));
}
int mkdir(const char* path, mode_t mode) noexcept {
  return static_cast<int>(pass_on("mkdir", SYS_mkdir, path, mode));
}
int fchmod(int fd, mode_t mode) noexcept {
  return static_cast<int>(pass_on("fchmod", SYS_fchmod, fd, mode));
}

ssize_t read(int fd, void* to, std::size_t bytes) {
  return transfer("read", SYS_read, fd, to, bytes);
}
ssize_t pread(int fd, void* to, std::size_t bytes, off_t from) {
  return transfer("read", SYS_pread64, fd, to, bytes, from);
}
ssize_t pread64(int fd, void* to, std::size_t bytes, off_t from) {
  return pread(fd, to, bytes, from);
}
ssize_t write(int fd, const void* from, std::size_t bytes) {
  return transfer("write", SYS_write, fd, from, bytes);
}
ssize_t pwrite(int fd, const void* from, std::size_t bytes, off_t to) {
  return transfer("write", SYS_pwrite64, fd, from, bytes, to);
}
ssize_t pwrite64(int fd, const void* from, std::size_t bytes, off_t to) {
  return pwrite(fd, from, bytes, to);
}
int fsync(int fd) {
  return static_cast<int>(pass_on("fsync", SYS_fsync, fd));
}
int fdatasync(int fd) {
  return static_cast<int>(pass_on("fsync", SYS_fdatasync, fd));
}

int socket(int family, int type, int protocol) noexcept {
  return static_cast<int>(pass_on("socket", SYS_socket, family, type, protocol));
}
int bind(int fd, const sockaddr* address, socklen_t bytes) noexcept {
  return static_cast<int>(pass_on("bind", SYS_bind, fd, address, bytes));
}
int listen(int fd, int backlog) noexcept {
  return static_cast<int>(pass_on("listen", SYS_listen, fd, backlog));
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) noexcept {
  if (const int error = fails("pthread_create"); error != 0) return error;
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
  return create(thread, attributes, run, argument);
}
}
