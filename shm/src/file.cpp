// SPDX-License-Identifier: Apache-2.0
#include "outrider/shm/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace outrider::shm {
namespace {

FileError failure(const std::string& what, int code) {
  return {code, what + ": " + errno_text(code)};
}

constexpr mode_t segment_mode = 0640;

bool is_directory_of_ours(const std::string& path, std::string& why) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    why = path + ": " + errno_text(errno);
  } else if (!S_ISDIR(info.st_mode)) {
    why = path + ": found a file, need a directory";
  } else if ((info.st_mode & S_IWOTH) != 0) {
    why = path + ": anybody may write it, need mode 0700 or a group of your own";
  }
  return why.empty();
}

}  // namespace

std::string errno_text(int code) {
  return std::generic_category().message(code);
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::string segment_directory(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  const char* from_environment = std::getenv("OUTRIDER_DIR");
  if (from_environment != nullptr && *from_environment != '\0') return from_environment;
  return "/run/outrider";
}

FileError check_directory(const std::string& directory) {
  std::string why;
  for (const char* part : {"", "/t", "/c", "/c/kill"}) {
    if (is_directory_of_ours(directory + part, why)) continue;
    std::string message = "segment directory: " + why + ". To make it for one user:\n";
    message += "  install -d -m 0700 " + directory + " " + directory + "/t " + directory + "/c " +
               directory +
               "/c/kill\nfor a host, with users in the groups outrider and outrider-kill:\n";
    message += "  install -d -m 0755 -o outrider -g outrider " + directory + "\n";
    message += "  install -d -m 3770 -o outrider -g outrider " + directory + "/t\n";
    message += "  install -d -m 2750 -o outrider -g outrider " + directory + "/c\n";
    message += "  install -d -m 1770 -o outrider -g outrider-kill " + directory + "/c/kill";
    return {ENOENT, message};
  }
  return {};
}

Descriptor make_nameless(const std::string& directory, std::uint64_t bytes, FileError& error) {
  Descriptor file{::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, segment_mode)};
  if (!file) {
    error = failure("cannot make a file in " + directory, errno);
    return {};
  }
  // The mode is ours, not the umask's.
  if (::fchmod(file.get(), segment_mode) != 0) {
    error = failure("cannot set the mode of a file in " + directory, errno);
    return {};
  }
  const int code = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
  if (code != 0) {
    error = failure("cannot allocate " + std::to_string(bytes) + " bytes in " + directory, code);
    return {};
  }
  return file;
}

FileError give_name(const Descriptor& file, const std::string& path) {
  const std::string link = "/proc/self/fd/" + std::to_string(file.get());
  if (::linkat(AT_FDCWD, link.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return failure("cannot name " + path, errno);
  }
  return {};
}

FileError populate(const Mapping& mapping) {
  constexpr int madv_populate_write = 23;  // Linux 5.14; glibc 2.36 has no name for it everywhere
  if (::madvise(mapping.data(), mapping.size(), madv_populate_write) == 0) return {};
  if (errno != EINVAL) return failure("cannot touch the segment's pages", errno);
  // An older kernel: the blocks are allocated, so a store cannot fail.
  for (std::uint64_t at = 0; at < mapping.size(); at += 4096) mapping.data()[at] = std::byte{0};
  return {};
}

Descriptor open_checked(const std::string& path, Access access, FileCheck& check,
                        FileError& error) {
  // O_NONBLOCK: opening a fifo that somebody planted must not wait for its writer.
  const int flags =
      (access == Access::read_only ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  Descriptor file{::open(path.c_str(), flags)};
  if (!file) {
    error = failure(path, errno);
    return {};
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) {
    error = failure(path, errno);
    return {};
  }
  const char* wrong = nullptr;
  if (!S_ISREG(info.st_mode))
    wrong = "not a regular file";
  else if (info.st_nlink != 1)
    wrong = "does not have exactly one name";
  else if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    wrong = "others than its owner may write it";
  if (wrong != nullptr) {
    error = {EPERM, path + ": " + wrong};
    return {};
  }
  check = {static_cast<std::uint64_t>(info.st_size), info.st_ino, info.st_uid, info.st_gid};
  return file;
}

}  // namespace outrider::shm
