// SPDX-License-Identifier: Apache-2.0
#include "outrider/shm/identity.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>

namespace outrider::shm {
namespace {

/// Names locked by this process. Closing any second descriptor of a lock file
/// would drop the lock, so a name is opened at most once.
std::mutex locked_names_mutex;
std::set<std::string>& locked_names() {
  static std::set<std::string> names;
  return names;
}

struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::string refusal_of_lock(const std::string& path, int code) {
  if (code == ELOOP) return path + ": found a symbolic link; needed a file, or none; remove it";
  struct stat info {};
  const std::string user = std::to_string(::geteuid());
  if (code == EACCES && ::lstat(path.c_str(), &info) == 0 && info.st_uid != ::geteuid()) {
    return path + ": belongs to user " + std::to_string(info.st_uid) + "; needed user " + user +
           ", who runs this producer; choose another name, or remove it if that user's trader is "
           "gone for good";
  }
  if (code == EACCES) {
    return path + ": " + errno_text(code) + " for user " + user +
           "; needed a user who may write in that directory: usermod -a -G outrider USER";
  }
  return path + ": cannot open: " + errno_text(code);
}

}  // namespace

std::optional<std::uint64_t> process_start_time(std::uint32_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // The command name, field 2, may hold anything; the last ')' ends it.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest{line.substr(name_end + 1)};
  std::string state;
  rest >> state;
  if (state == "Z" || state == "X") return std::nullopt;
  std::string skipped;
  for (int field = 4; field < 22; ++field) rest >> skipped;
  std::uint64_t start = 0;
  if (!(rest >> start)) return std::nullopt;
  return start;
}

std::string boot_id() {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string id;
  file >> id;
  return id;
}

std::uint64_t pid_namespace() {
  struct stat info {};
  return ::stat("/proc/self/ns/pid", &info) == 0 ? info.st_ino : 0;
}

bool is_producer_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 63 || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

NameLock NameLock::take(const std::string& directory, const std::string& name, FileError& error) {
  NameLock lock;
  const std::string path = directory + "/t/" + name + ".lock";
  const std::lock_guard guard{locked_names_mutex};
  if (locked_names().contains(path)) {
    error = {EAGAIN, "producer \"" + name +
                         "\": found one of that name in this process already; needed one Producer "
                         "a name; share that one, or choose another name"};
    return lock;
  }
  Descriptor file{
      ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0640)};
  if (!file) {
    error = {errno, refusal_of_lock(path, errno)};
    return lock;
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    error = {EPERM, path + ": found no regular file; needed one, or none; remove it"};
    return lock;
  }
  // A second name would let its owner hold our lock, or write another file through it.
  if (info.st_nlink != 1) {
    error = {EPERM, path + ": found " + std::to_string(info.st_nlink) +
                        " names of it; needed exactly one; remove it"};
    return lock;
  }
  struct flock wanted = whole_file(F_WRLCK);
  if (::fcntl(file.get(), F_SETLK, &wanted) != 0) {
    struct flock holder = whole_file(F_WRLCK);
    ::fcntl(file.get(), F_GETLK, &holder);
    error = {EAGAIN, "producer \"" + name + "\": found it running as process " +
                         std::to_string(holder.l_pid) + " (lock " + path +
                         "); needed a name of its own; stop that one or choose another name"};
    return lock;
  }
  locked_names().insert(path);
  lock.file_ = std::move(file);
  lock.path_ = path;
  return lock;
}

NameLock::~NameLock() {
  if (!file_) return;
  const std::lock_guard guard{locked_names_mutex};
  locked_names().erase(path_);
  file_ = Descriptor{};
}

std::uint64_t NameLock::next_generation(FileError& error) {
  std::array<char, 32> text{};
  const ssize_t length = ::pread(file_.get(), text.data(), text.size() - 1, 0);
  std::uint64_t last = 0;
  if (length > 0) std::from_chars(text.data(), text.data() + length, last);
  const std::string next = std::to_string(last + 1) + "\n";
  if (::pwrite(file_.get(), next.data(), next.size(), 0) != static_cast<ssize_t>(next.size())) {
    error = {errno, "cannot write " + path_ + ": " + errno_text(errno)};
    return 0;
  }
  return last + 1;
}

bool lock_is_held(const Descriptor& lock_file) noexcept {
  struct flock probe = whole_file(F_WRLCK);
  // The open-file-description flavour sees a lock of this very process too.
  if (::fcntl(lock_file.get(), F_OFD_GETLK, &probe) != 0) return true;
  return probe.l_type != F_UNLCK;
}

}  // namespace outrider::shm
