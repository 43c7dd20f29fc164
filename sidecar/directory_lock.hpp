// SPDX-License-Identifier: Apache-2.0
// One sidecar a segment directory: the lock that says so, who holds it, and how
// another one waits for it.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <string>

#include "guardian.hpp"
#include "outputs/log.hpp"
#include "outrider/shm/file.hpp"

namespace outrider {

struct DirectoryLock {
  shm::Descriptor file;   ///< holds the lock until it is closed; none: see `refusal`
  std::string refusal;    ///< a sentence that names the process which has it
  bool is_taken = false;  ///< by another sidecar; else it cannot be had at all
};

/// Tries once.
DirectoryLock take_directory(const std::string& directory);

/// The second sidecar's wait for the first one's end. It looks every 10 ms, and the
/// kernel says at once when the process that has the lock is gone. A holder that is
/// stopped or hangs is killed first: what is dead can touch no gate when it wakes up.
class Standby {
 public:
  /// `wake`: a descriptor that ends a wait when it can be read. `looked`: the time of
  /// each look that found the directory taken, in ns.
  Standby(std::string directory, int wake, std::atomic<std::int64_t>& looked, outputs::Log& log)
      : directory_{std::move(directory)}, wake_{wake}, looked_{looked}, log_{log} {}

  /// Until the lock is ours or `wake` can be read, then without a file. `patience`: how
  /// long the holder may go without a pass. Throws std::runtime_error when the lock
  /// cannot be had at all.
  shm::Descriptor wait(std::chrono::nanoseconds patience);

  /// The process that is waited for; 0: it wrote no number.
  [[nodiscard]] pid_t holder() const { return holder_; }

 private:
  bool sleep();
  void look_for_holder();
  void end_if_hung(std::chrono::nanoseconds patience);
  void see_holder_out();

  std::string directory_;
  int wake_;
  std::atomic<std::int64_t>& looked_;
  outputs::Log& log_;
  HangWatch hang_;
  std::string said_;  ///< of the last holder that hung
  pid_t holder_ = 0;
  shm::Descriptor process_;  ///< of the holder, where this user may look at it
};

}  // namespace outrider
