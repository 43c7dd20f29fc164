// SPDX-License-Identifier: Apache-2.0
// Who a process is, so that a process id used again is not taken for its first
// owner, and whether it still lives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "outrider/shm/file.hpp"

namespace outrider::shm {

/// Start time of a process in clock ticks after boot; nothing when it is gone
/// or is a zombie.
std::optional<std::uint64_t> process_start_time(std::uint32_t pid);

/// This boot of the machine; empty when the kernel does not say.
std::string boot_id();

/// Inode of this process's pid namespace; 0 when the kernel does not say.
std::uint64_t pid_namespace();

/// A producer's or instance's name: 1 to 63 of [A-Za-z0-9._-], not starting with a dot.
bool is_producer_name(std::string_view name) noexcept;

/// Held by the one living trader of a name: a POSIX write lock on t/NAME.lock,
/// which the kernel drops when the process dies, however it dies, and which a
/// forked child does not inherit. The file holds the last generation number.
class NameLock {
 public:
  NameLock() noexcept = default;
  NameLock(NameLock&&) noexcept = default;
  NameLock& operator=(NameLock&& other) noexcept {
    // Both or neither: a lock without its path could not give its name back.
    std::swap(file_, other.file_);
    std::swap(path_, other.path_);
    return *this;
  }
  ~NameLock();

  /// EAGAIN when another process, or this one, already runs a trader of that name.
  static NameLock take(const std::string& directory, const std::string& name, FileError& error);

  /// Number for the next segment, written to the file before it is returned.
  std::uint64_t next_generation(FileError& error);

  explicit operator bool() const noexcept { return static_cast<bool>(file_); }

 private:
  Descriptor file_;
  std::string path_;
};

/// Whether any process holds the lock on the open file of t/NAME.lock. The
/// descriptor must stay open as long as this process may hold such a lock too.
bool lock_is_held(const Descriptor& lock_file) noexcept;

}  // namespace outrider::shm
