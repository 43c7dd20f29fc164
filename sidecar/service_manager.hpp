// SPDX-License-Identifier: Apache-2.0
// What systemd is told of this process, where it asks to be told ($NOTIFY_SOCKET):
// ready when work has begun, alive for as long as it goes on. A thread of its own
// looks at the work's time, so that the guard makes no system call for it and
// nothing but the guard can hold it up.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace outrider {

class ServiceManager {
 public:
  /// Changes with each piece of work: a guard's pass, a standby's look. 0: none yet.
  using Work = std::function<std::int64_t()>;

  /// Does nothing where nobody asks.
  explicit ServiceManager(Work work);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  /// A line for `systemctl status`.
  void say(const std::string& status);
  /// Around a reload; what systemd waits with until it is over.
  void reloading();
  void reloaded(const std::string& status);
  void stopping();

 private:
  void run();
  /// False when it is to end.
  bool sleep(std::chrono::microseconds time);

  Work work_;
  std::chrono::microseconds watchdog_{};  ///< 0: systemd does not watch
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;  ///< under the mutex
  std::thread thread_;
};

}  // namespace outrider
