// SPDX-License-Identifier: Apache-2.0
// Between the guard, which may not wait, and the journal, which must reach the
// disk: a bounded queue, emptied in order. What cannot be written is kept and
// tried again; until it is, nothing may be armed.
#pragma once

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "protection/journal.hpp"

namespace outrider::protection {

class Scribe {
 public:
  explicit Scribe(Journal journal);

  /// guard: never waits. What does not fit is counted.
  void note(const Entry& entry) noexcept;

  /// Writes what was noted. Any thread but the guard; often (every 10 ms).
  shm::FileError write_noted();
  /// Writes what was noted and then `entry`; with an error, `entry` is not on disk.
  shm::FileError write(const Entry& entry);
  /// What people should know of the journal since the last call. Any thread.
  std::vector<std::string> take_lines();

  /// Any thread.
  [[nodiscard]] bool journal_writable() const noexcept {
    // relaxed: a fact on its own.
    return writable_.load(std::memory_order_relaxed);
  }
  /// Files of the journal that hold every record: 0, 1 or 2.
  [[nodiscard]] std::size_t good_copies() const noexcept {
    // relaxed: a fact on its own.
    return good_copies_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t dropped() const noexcept {
    // relaxed: a count on its own.
    return dropped_.load(std::memory_order_relaxed);
  }

 private:
  shm::FileError write_noted_locked();
  void show_journal();

  static constexpr std::size_t room = 4096;
  boost::lockfree::spsc_queue<Entry> noted_{room};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<bool> writable_{false};
  std::atomic<std::size_t> good_copies_{0};
  std::mutex writing_;  ///< never taken by the guard
  std::deque<Entry> backlog_;
  Journal journal_;
};

}  // namespace outrider::protection
