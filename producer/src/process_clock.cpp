// SPDX-License-Identifier: Apache-2.0
#include "process_clock.hpp"

#include <cerrno>
#include <cstdlib>
#include <mutex>

#include "outrider/shm/file.hpp"
#include "outrider/shm/ticks.hpp"

namespace outrider::detail {
namespace {

std::mutex users_mutex;
std::size_t users = 0;

const char* name_of(shm::ClockKind kind) {
  return kind == shm::ClockKind::tsc ? "tsc" : "monotonic";
}

/// What OUTRIDER_CLOCK leaves of a choice that the code left open.
Status ask_environment(ClockChoice& choice) {
  const char* variable = std::getenv("OUTRIDER_CLOCK");
  if (choice != ClockChoice::automatic || variable == nullptr || *variable == 0) return {};
  const std::string_view wanted{variable};
  if (wanted == "monotonic") choice = ClockChoice::monotonic;
  if (wanted == "tsc") choice = ClockChoice::tsc;
  if (choice != ClockChoice::automatic || wanted == "automatic") return {};
  return {EINVAL, "OUTRIDER_CLOCK: found \"" + shm::shown(wanted) +
                      "\"; needed automatic, tsc or monotonic; correct it or unset it"};
}

}  // namespace

ClockUse ClockUse::take(ClockChoice choice, Status& status) {
  ClockUse use;
  status = ask_environment(choice);
  if (!status.ok()) return use;
  const std::lock_guard guard{users_mutex};
  // relaxed: under the mutex; handles read it where their producer is long there.
  const shm::ClockKind used = shm::process_clock.load(std::memory_order_relaxed);
  shm::ClockKind kind =
      choice == ClockChoice::tsc ? shm::ClockKind::tsc : shm::ClockKind::monotonic;
  if (choice == ClockChoice::automatic) {
    kind = users > 0                   ? used
           : shm::tsc_is_trustworthy() ? shm::ClockKind::tsc
                                       : shm::ClockKind::monotonic;
  }
  if (users > 0 && kind != used) {
    status = {EINVAL, std::string{"clock: found "} + name_of(kind) +
                          ", but a producer of this process stamps with " + name_of(used) +
                          ", and one process has one clock: choose the same for all, or none"};
    return use;
  }
  // relaxed: as above.
  shm::process_clock.store(kind, std::memory_order_relaxed);
  ++users;
  use.holds_ = true;
  return use;
}

ClockUse::~ClockUse() {
  if (!holds_) return;
  const std::lock_guard guard{users_mutex};
  --users;
}

}  // namespace outrider::detail
