// SPDX-License-Identifier: Apache-2.0
// What a thread of the sidecar says of itself when it begins.
#pragma once

#include <pthread.h>
#include <sys/resource.h>

namespace outrider {

/// Behind guard and control, for whatever can wait.
inline constexpr int steps_back = 5;

/// For top, gdb and perf; at most 15 characters.
inline void name_this_thread(const char* name) {
  ::pthread_setname_np(::pthread_self(), name);
}

inline void step_this_thread_back() {
  ::setpriority(PRIO_PROCESS, 0, steps_back);  // 0: on Linux, this thread
}

}  // namespace outrider
