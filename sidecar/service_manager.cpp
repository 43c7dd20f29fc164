// SPDX-License-Identifier: Apache-2.0
#include "service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "outrider/shm/file.hpp"
#include "this_thread.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

/// Until the first work, and while systemd does not watch.
constexpr std::chrono::microseconds first_look_period = 5ms;
constexpr int looks_a_watchdog = 4;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

/// One datagram, as sd_notify(3) writes it. Whoever does not listen misses a line, and
/// nothing else.
void tell(const std::string& lines) {
  const std::string_view path = environment("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  if (path[0] == '@') address.sun_path[0] = '\0';  // a name that is no file
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const shm::Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  (void)::sendto(socket.get(), lines.data(), lines.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), size);
}

/// How often systemd wants to hear of this process; 0: it does not watch it.
std::chrono::microseconds watchdog_period() {
  const std::string_view whom = environment("WATCHDOG_PID");
  if (!whom.empty() && whom != std::to_string(::getpid())) return 0us;
  const std::string period{environment("WATCHDOG_USEC")};
  return std::chrono::microseconds{std::max(std::atoll(period.c_str()), 0LL)};
}

}  // namespace

ServiceManager::ServiceManager(Work work) : work_{std::move(work)} {
  if (environment("NOTIFY_SOCKET").empty()) return;
  watchdog_ = watchdog_period();
  thread_ = std::thread{[this] { run(); }};
}

ServiceManager::~ServiceManager() {
  {
    const std::lock_guard guard{mutex_};
    end_ = true;
  }
  ended_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void ServiceManager::say(const std::string& status) {
  tell("STATUS=" + status);
}

void ServiceManager::reloading() {
  tell("RELOADING=1");
}

void ServiceManager::reloaded(const std::string& status) {
  tell("READY=1\nSTATUS=" + status);
}

void ServiceManager::stopping() {
  tell("STOPPING=1");
}

void ServiceManager::run() {
  name_this_thread("notify");
  std::int64_t seen = 0;
  while (seen == 0) {
    if (!sleep(first_look_period)) return;
    seen = work_();
  }
  tell("READY=1");
  if (watchdog_ == 0us) return;
  while (sleep(std::max(watchdog_ / looks_a_watchdog, 1us))) {
    if (const std::int64_t now = work_(); std::exchange(seen, now) != now) tell("WATCHDOG=1");
  }
}

bool ServiceManager::sleep(std::chrono::microseconds time) {
  std::unique_lock lock{mutex_};
  return !ended_.wait_for(lock, time, [this] { return end_; });
}

}  // namespace outrider
