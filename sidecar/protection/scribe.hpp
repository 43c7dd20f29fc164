// SPDX-License-Identifier: Apache-2.0
// Between whoever has something to write down and a disk that may hang: bounded
// queues, emptied in order by the journal thread, which alone waits for the disk.
// The guard never waits, others as long as they say. What cannot be written is kept
// and tried again; until it is, nothing may be armed.
#pragma once

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aggregate/bell.hpp"
#include "protection/journal.hpp"

namespace outrider::protection {

class Scribe {
 public:
  explicit Scribe(Journal journal);

  /// guard: never waits. What does not fit is counted.
  void note(const Entry& entry) noexcept;

  // journal thread
  /// Writes all that waits, for as long as the disk takes.
  shm::FileError write_noted();
  /// What people should know of the journal since the last call.
  std::vector<std::string> take_lines();
  /// Until there is something to write or wake() is called, at most so long.
  void wait_for_work(std::chrono::milliseconds at_most) { bell_.wait(at_most); }

  // Any thread but these two.
  /// To be written behind what was noted before. What does not fit is counted.
  void put(const Entry& entry);
  struct Written {
    std::string problem;        ///< empty: it is on disk
    bool is_uncertain = false;  ///< else: it is not and never will be, unless this is set
  };
  /// The same, at once or never.
  Written write(const Entry& entry, std::chrono::milliseconds patience);

  /// What was noted until now, to ask later whether that is on disk.
  struct Mark {
    std::uint64_t noted = 0;
    std::uint64_t dropped = 0;  ///< taken before the guard was asked: what follows may be ours
  };
  [[nodiscard]] Mark mark(std::uint64_t dropped_before) const noexcept {
    return {noted(), dropped_before};
  }
  [[nodiscard]] bool is_written(const Mark& mark);
  /// Why it is not on disk; empty: it is. A disk that has hung for `patience` already
  /// is not waited for any more.
  [[nodiscard]] std::string why_unwritten(const Mark& mark, std::chrono::milliseconds patience);

  // Any thread.
  void wake() const noexcept { bell_.ring(); }
  [[nodiscard]] bool journal_writable() const noexcept {
    // relaxed: a fact on its own.
    return writable_.load(std::memory_order_relaxed) && hangs_for() < longest_write;
  }
  /// How long the write that is under way has taken so far; 0: none is.
  [[nodiscard]] std::chrono::nanoseconds hangs_for() const noexcept;
  /// Files of the journal that hold every record: 0, 1 or 2.
  [[nodiscard]] std::size_t good_copies() const noexcept {
    // relaxed: a fact on its own.
    return good_copies_.load(std::memory_order_relaxed);
  }
  /// Entries that found no room, and are in no journal.
  [[nodiscard]] std::uint64_t dropped() const noexcept {
    // relaxed: a count on its own.
    return dropped_.load(std::memory_order_relaxed);
  }

  static constexpr std::chrono::seconds longest_write{2};  ///< beyond it the disk hangs

 private:
  enum class Progress : std::uint8_t { waits, under_way, done, failed };
  struct Asked {
    Entry entry;
    std::uint64_t noted_before = 0;  ///< how many were noted until then
    bool once = false;               ///< not tried again
    Progress* progress = nullptr;    ///< for whoever waits for it
  };

  std::optional<std::uint64_t> noted_before_asked();
  [[nodiscard]] std::uint64_t noted() const noexcept {
    // sync(noted): acquire, pairs with note().
    return noted_count_.load(std::memory_order_acquire);
  }
  bool take_noted();
  shm::FileError append(const Entry& entry);
  shm::FileError append_noted();
  shm::FileError append_asked();
  std::string wait(std::unique_lock<std::mutex>& lock, const std::function<bool()>& done,
                   std::chrono::milliseconds patience);
  [[nodiscard]] bool is_written_locked(const Mark& mark) const noexcept;
  void show_journal();

  static constexpr std::size_t room = 4096;
  static constexpr std::size_t room_for_asked = 1024;
  boost::lockfree::spsc_queue<Entry> noted_{room};
  std::atomic<std::uint64_t> noted_count_{0};
  std::atomic<std::uint64_t> dropped_{0};
  aggregate::Bell bell_;
  std::atomic<bool> writable_{false};
  std::atomic<std::size_t> good_copies_{0};
  std::atomic<std::int64_t> began_ns_{0};  ///< steady: the write under way; 0: none

  std::mutex writing_;  ///< over the journal; held while the disk hangs
  Journal journal_;
  std::optional<Entry> next_;  ///< taken from noted_, not on disk yet

  std::mutex mutex_;  ///< over everything below; never held while anything is written
  std::condition_variable changed_;
  std::deque<Asked> asked_;
  std::uint64_t written_ = 0;  ///< of what was noted
  std::uint64_t failures_ = 0;
  std::string failure_;
};

}  // namespace outrider::protection
