// SPDX-License-Identifier: Apache-2.0
// What else a busy machine does: stress-ng, so many workers for each core; ended with
// its owner.
#pragma once

#include <sys/types.h>

namespace outrider::bench {

class Hogs {
 public:
  /// None for 0. Ends the program when there is no stress-ng.
  explicit Hogs(int a_core);
  Hogs(const Hogs&) = delete;
  Hogs& operator=(const Hogs&) = delete;
  ~Hogs();

 private:
  pid_t process_ = -1;
};

}  // namespace outrider::bench
