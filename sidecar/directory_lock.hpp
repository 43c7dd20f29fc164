// SPDX-License-Identifier: Apache-2.0
// One sidecar a segment directory: the lock that says so, who holds it, and how
// another one waits for it.
#pragma once

#include <sys/types.h>

#include <string>

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
/// kernel says at once when the process that has the lock is gone.
class Standby {
 public:
  /// `wake`: a descriptor that ends a wait when it can be read.
  Standby(std::string directory, int wake) : directory_{std::move(directory)}, wake_{wake} {}

  /// Until the lock is ours or `wake` can be read, then without a file. Throws
  /// std::runtime_error when the lock cannot be had at all.
  shm::Descriptor wait();

  /// The process that is waited for; 0: it wrote no number.
  [[nodiscard]] pid_t holder() const { return holder_; }

 private:
  bool sleep();
  void look_for_holder();
  void see_holder_out();

  std::string directory_;
  int wake_;
  pid_t holder_ = 0;
  shm::Descriptor process_;  ///< of the holder, where this user may look at it
};

}  // namespace outrider
