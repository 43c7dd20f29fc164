// SPDX-License-Identifier: Apache-2.0
// The handler calls the kernel twice and touches this table, nothing else: it
// runs in the middle of anything. It jumps nowhere, so no frame is left behind.
#include "segments/fault_watch.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>

namespace outrider::segments {

struct WatchedRange {
  std::atomic<std::uintptr_t> begin{0};  ///< 0: nobody's
  std::atomic<std::size_t> bytes{0};
  std::atomic<int> protection{PROT_READ};
  std::atomic<bool> faulted{false};
};

namespace {

std::array<WatchedRange, max_watched> ranges;
std::mutex ranges_mutex;  ///< of those who register, never of the handler
struct sigaction previous_action;

/// What a fault goes by: copies that belong together.
struct FoundRange {
  WatchedRange* range = nullptr;
  std::uintptr_t begin = 0;
  std::size_t bytes = 0;
  int protection = PROT_READ;
};

FoundRange range_of(std::uintptr_t address) noexcept {
  for (WatchedRange& range : ranges) {
    // sync(watched): acquire, pairs with FaultWatch's constructor. The rest of the
    // entry is there before its beginning.
    const std::uintptr_t begin = range.begin.load(std::memory_order_acquire);
    if (begin == 0) continue;
    // sync(watched-slot): acquire, pairs with FaultWatch's constructor. Where these are
    // of the slot's next user, its beginning below is no longer the one above.
    const std::size_t bytes = range.bytes.load(std::memory_order_acquire);
    const int protection = range.protection.load(std::memory_order_acquire);
    // relaxed: the acquires above brought it.
    if (range.begin.load(std::memory_order_relaxed) != begin || address - begin >= bytes) continue;
    return {&range, begin, bytes, protection};
  }
  return {};
}

/// Zeroes in one step in the place of every page of the range.
bool replace(const FoundRange& found) noexcept {
  // As a long: what an int leaves beside it on the stack would be part of a variadic
  // argument.
  constexpr long offset = 0;
  const long mapped =
      ::syscall(SYS_mmap, found.begin, found.bytes, found.protection,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, offset);
  return mapped != -1;
}

void install() noexcept;

void on_fault(int, siginfo_t* info, void*) {
  // Sent by somebody, or told of memory that nobody has touched yet: no instruction
  // runs again. Whoever was there before us decides, and if it lets us live, we stay.
  if (info->si_code <= 0 || info->si_code == BUS_MCEERR_AO) {
    ::sigaction(SIGBUS, &previous_action, nullptr);
    ::raise(SIGBUS);
    return install();
  }
  const FoundRange found = range_of(reinterpret_cast<std::uintptr_t>(info->si_addr));
  if (found.range != nullptr) {
    // sync(fault): release, pairs with FaultWatch::faulted. The flag is up before
    // anybody can see a zero; replacing pages interrupts every thread that could.
    found.range->faulted.store(true, std::memory_order_release);
    if (replace(found)) return;
  }
  // Not ours: the instruction runs again and meets whoever was there before us.
  ::sigaction(SIGBUS, &previous_action, nullptr);
}

void install() noexcept {
  struct sigaction ours {};
  ours.sa_sigaction = on_fault;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&ours.sa_mask);
  ::sigaction(SIGBUS, &ours, nullptr);
}

void install_first() noexcept {
  // Before ours is there: it may be needed at once.
  ::sigaction(SIGBUS, nullptr, &previous_action);
  install();
}

}  // namespace

FaultWatch::FaultWatch(const shm::Mapping& mapping, shm::Access access) noexcept {
  static std::once_flag installed;
  std::call_once(installed, install_first);
  const std::lock_guard guard{ranges_mutex};
  for (WatchedRange& range : ranges) {
    // relaxed: under the mutex.
    if (range.begin.load(std::memory_order_relaxed) != 0) continue;
    // sync(watched-slot): release, pairs with range_of. Whoever sees one of these sees
    // that the slot's last user has gone.
    range.bytes.store(mapping.size(), std::memory_order_release);
    range.protection.store(access == shm::Access::read_only ? PROT_READ : PROT_READ | PROT_WRITE,
                           std::memory_order_release);
    range.faulted.store(false, std::memory_order_relaxed);  // relaxed: nobody asks yet
    // sync(watched): release, pairs with range_of.
    range.begin.store(reinterpret_cast<std::uintptr_t>(mapping.data()), std::memory_order_release);
    range_ = &range;
    return;
  }
}

FaultWatch::~FaultWatch() {
  if (range_ == nullptr) return;
  const std::lock_guard guard{ranges_mutex};
  // relaxed: nobody may look at the mapping any more, so none of its addresses faults.
  range_->begin.store(0, std::memory_order_relaxed);
}

bool FaultWatch::faulted() const noexcept {
  // sync(fault): acquire, pairs with on_fault.
  return range_ != nullptr && range_->faulted.load(std::memory_order_acquire);
}

}  // namespace outrider::segments
