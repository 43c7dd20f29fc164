// SPDX-License-Identifier: Apache-2.0
// SIGTERM and SIGINT end a demo program cleanly: its loop asks between turns.
#pragma once

#include <atomic>
#include <csignal>

namespace demo {

static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler writes it");
inline std::atomic<bool> stop_signal{false};

inline bool stop_requested() {
  // relaxed: the flag carries nothing but itself.
  return stop_signal.load(std::memory_order_relaxed);
}

inline void install_stop_signals() {
  struct sigaction action {};
  // relaxed: as above.
  action.sa_handler = [](int) { stop_signal.store(true, std::memory_order_relaxed); };
  // No SA_RESTART: a wait ends with EINTR and the loop looks at the flag.
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace demo
