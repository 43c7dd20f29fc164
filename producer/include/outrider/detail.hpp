// SPDX-License-Identifier: Apache-2.0
// What handles share: the cell that a thread owns, and the check, in builds with
// OUTRIDER_CHECKS, that nobody else uses the handle.
#pragma once

#include <atomic>
#include <cstdint>

namespace outrider::detail {

/// Which thread may use a writer's handles, and which claim of the lane they
/// belong to. Lives as long as the producer, so that a stale handle can tell.
struct WriterGuard {
  std::atomic<std::uint64_t> claim{0};  ///< how often the lane was claimed; 0: anybody's
  std::atomic<std::uint32_t> tid{0};
};

#ifdef OUTRIDER_CHECKS
inline constexpr bool checks_writers = true;
#else
inline constexpr bool checks_writers = false;
#endif

/// Ends the process with a sentence when the calling thread is not the one that
/// the guard names, or the lane has been claimed again since.
void check_writer(const WriterGuard& guard, std::uint64_t claim) noexcept;

/// A counting cell: 8 bytes of the thread's own lane, or, marked by the lowest
/// bit of its address, of the shared lane, which needs locked instructions.
class Cell {
 public:
  Cell(std::atomic<std::uint64_t>& cell, bool shared, const WriterGuard& guard,
       std::uint64_t claim) noexcept
      : address_{reinterpret_cast<std::uintptr_t>(&cell) | (shared ? 1U : 0U)},
        guard_{&guard},
        claim_{claim} {}

  void add(std::uint64_t n) noexcept {
    if constexpr (checks_writers) check_writer(*guard_, claim_);
    if ((address_ & 1) != 0) [[unlikely]] {
      return add_shared(address_, n);
    }
    auto& cell = *reinterpret_cast<std::atomic<std::uint64_t>*>(address_);
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(OUTRIDER_PORTABLE_CELLS)
    // One instruction without a lock prefix; g++ makes three of the lines below.
    __asm__("addq %1, %0" : "+m"(reinterpret_cast<std::uint64_t&>(cell)) : "er"(n) : "cc");
#else
    // relaxed: readers want the value, not an order. One writer, so a plain load
    // and store; fetch_add would cost a locked instruction.
    cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
#endif
  }

 private:
  [[gnu::cold, gnu::noinline]] static void add_shared(std::uintptr_t address,
                                                      std::uint64_t n) noexcept {
    auto& cell = *reinterpret_cast<std::atomic<std::uint64_t>*>(address & ~std::uintptr_t{1});
    // relaxed: as above, but many threads write.
    cell.fetch_add(n, std::memory_order_relaxed);
  }

  std::uintptr_t address_;
  const WriterGuard* guard_;
  std::uint64_t claim_;
};

/// A cell that is exported nowhere: where handles point that were refused.
Cell null_cell() noexcept;
std::atomic<std::uint64_t>& null_word() noexcept;

}  // namespace outrider::detail
