// SPDX-License-Identifier: Apache-2.0
#include "outrider/shm/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace outrider::shm {
namespace {

FileError failure(const std::string& what, int code) {
  return {code, what + ": " + errno_text(code)};
}

constexpr mode_t segment_mode = 0640;
constexpr std::size_t longest_shown = 120;

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777U));
  return text.data();
}

std::string how_to_make(const std::string& directory) {
  return ". To make it for one user:\n  install -d -m 0700 " + directory + " " + directory + "/t " +
         directory + "/c " + directory +
         "/c/kill\nfor a host, with users in the groups outrider and outrider-kill:\n"
         "  install -d -m 0755 -o outrider -g outrider " +
         directory + "\n  install -d -m 3770 -o outrider -g outrider " + directory +
         "/t\n  install -d -m 2750 -o outrider -g outrider " + directory +
         "/c\n  install -d -m 1770 -o outrider -g outrider-kill " + directory + "/c/kill";
}

std::string not_for_us(const std::string& path, int code) {
  return path + ": " + errno_text(code) + " for user " + std::to_string(::geteuid()) +
         "; needed its owner, or a member of its group: usermod -a -G outrider USER, or run as "
         "the user who owns it";
}

/// What is wrong with one folder of the segment directory, which is `directory`.
FileError check_folder(const std::string& directory, const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return missing_directory(directory, path, errno);
  if (!S_ISDIR(info.st_mode)) {
    return {ENOENT,
            path + ": found a file; needed a directory; remove it" + how_to_make(directory)};
  }
  if ((info.st_mode & S_IWOTH) != 0) {
    return {EPERM, path + ": found mode " + octal(info.st_mode) +
                       ", with which anybody may write it; needed 0700, or a group of your own; "
                       "chmod o-w " +
                       path};
  }
  return {};
}

/// What a file of the other side is that it must not be; empty when it is right.
std::string wrong_kind(const struct stat& info) {
  if (!S_ISREG(info.st_mode)) return "found no regular file; needed one; remove it";
  if (info.st_nlink != 1) {
    return "found " + std::to_string(info.st_nlink) +
           " names of it; needed exactly one, because whoever made the other may write it too; "
           "remove it";
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return "found mode " + octal(info.st_mode) +
           ", with which others than its owner may write it; needed 0640; remove it";
  }
  return {};
}

/// Why a file could not be made there.
FileError unmade(const std::string& directory, int code) {
  FileError error = failure("cannot make a file in " + directory, code);
  if (code == ENOENT) error.message += "; needed that directory; make it";
  if (code == EACCES) {
    error.message +=
        " for user " + std::to_string(::geteuid()) +
        "; needed a user who may write there; run as its owner, or a member of its group";
  }
  if (code == EMFILE || code == ENFILE)
    error.message += "; needed a free descriptor; raise ulimit -n";
  return error;
}

/// Why there is no room for a file, with what there is.
std::string no_room(const std::string& directory, std::uint64_t bytes, int code) {
  std::string text = directory + ": " + errno_text(code) + "; needed " + std::to_string(bytes) +
                     " bytes for a file";
  if (code == EFBIG) return text + "; raise the process's limit, ulimit -f";
  struct statvfs room {};
  if (code != ENOSPC || ::statvfs(directory.c_str(), &room) != 0) return text;
  return text + ", " + std::to_string(room.f_bavail * room.f_frsize) +
         " bytes are free; make room, or mount it with a larger size=";
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

std::string shown(std::string_view text) {
  std::string out{text.substr(0, longest_shown)};
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text.size() > longest_shown ? out + "..." : out;
}

FileError missing_directory(const std::string& directory, const std::string& path, int code) {
  if (code == EACCES) return {code, not_for_us(path, code)};
  return {ENOENT, path + ": " + errno_text(code) + "; needed a directory" + how_to_make(directory)};
}

FileError check_directory(const std::string& directory) {
  for (const char* part : {"", "/t", "/c", "/c/kill"}) {
    FileError error = check_folder(directory, directory + part);
    if (!error) continue;
    error.message = "segment directory: " + error.message;
    return error;
  }
  return {};
}

Descriptor make_nameless(const std::string& directory, std::uint64_t bytes, FileError& error) {
  Descriptor file{::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, segment_mode)};
  if (!file) {
    error = unmade(directory, errno);
    return {};
  }
  // The mode is ours, not the umask's.
  if (::fchmod(file.get(), segment_mode) != 0) {
    error = failure("cannot set the mode of a file in " + directory, errno);
    return {};
  }
  const int code = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
  if (code != 0) {
    error = {code, no_room(directory, bytes, code)};
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
    const int code = errno;
    // ELOOP would speak of many levels; there is one, and it is one too many.
    error =
        code == ELOOP
            ? FileError{code, path + ": found a symbolic link; needed the file itself; remove it"}
            : failure(path, code);
    return {};
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) {
    error = failure(path, errno);
    return {};
  }
  if (const std::string wrong = wrong_kind(info); !wrong.empty()) {
    error = {EPERM, path + ": " + wrong};
    return {};
  }
  check = {static_cast<std::uint64_t>(info.st_size), info.st_ino, info.st_uid, info.st_gid};
  return file;
}

}  // namespace outrider::shm
