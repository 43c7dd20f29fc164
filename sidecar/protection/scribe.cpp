// SPDX-License-Identifier: Apache-2.0
#include "protection/scribe.hpp"

#include <algorithm>
#include <utility>

namespace outrider::protection {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

Scribe::Scribe(Journal journal) : journal_(std::move(journal)) {
  show_journal();
}

void Scribe::show_journal() {
  // relaxed: see journal_writable.
  writable_.store(journal_.writable(), std::memory_order_relaxed);
  good_copies_.store(journal_.good_copies(), std::memory_order_relaxed);
}

void Scribe::note(const Entry& entry) noexcept {
  if (noted_.push(entry)) {
    // sync(noted): release, pairs with noted(). What is counted can be popped.
    noted_count_.fetch_add(1, std::memory_order_release);
    bell_.ring();
  } else {
    // relaxed: a count; who asks for it later was told by the guard.
    dropped_.fetch_add(1, std::memory_order_relaxed);
  }
}

nanoseconds Scribe::hangs_for() const noexcept {
  // relaxed: a time on its own.
  const nanoseconds began{began_ns_.load(std::memory_order_relaxed)};
  if (began.count() == 0) return {};
  return std::max(steady_clock::now().time_since_epoch() - began, nanoseconds{0});
}

// ---------------------------------------------------------- the journal thread

shm::FileError Scribe::write_noted() {
  const std::scoped_lock lock(writing_);
  shm::FileError error;
  while (!error) {
    const std::optional<std::uint64_t> until = noted_before_asked();
    while (!error && (!until || written_ < *until) && take_noted()) error = append_noted();
    if (!until) break;
    if (!error) error = append_asked();
  }
  // relaxed: a time on its own.
  began_ns_.store(steady_clock::now().time_since_epoch().count(), std::memory_order_relaxed);
  journal_.mend();
  began_ns_.store(0, std::memory_order_relaxed);
  show_journal();
  return error;
}

/// How many go to the disk before the next that was asked; nothing: none is asked.
std::optional<std::uint64_t> Scribe::noted_before_asked() {
  const std::scoped_lock lock(mutex_);
  if (asked_.empty()) return std::nullopt;
  return asked_.front().noted_before;
}

bool Scribe::take_noted() {
  if (!next_ && !noted_.empty()) noted_.pop(next_.emplace());
  return next_.has_value();
}

shm::FileError Scribe::append(const Entry& entry) {
  // relaxed: a time on its own.
  began_ns_.store(steady_clock::now().time_since_epoch().count(), std::memory_order_relaxed);
  shm::FileError error = journal_.append(entry);
  began_ns_.store(0, std::memory_order_relaxed);
  show_journal();
  return error;
}

shm::FileError Scribe::append_noted() {
  shm::FileError error = append(*next_);
  if (!error) next_.reset();
  const std::scoped_lock lock(mutex_);
  if (error) {
    ++failures_;
    failure_ = error.message;
  } else {
    ++written_;
  }
  changed_.notify_all();
  return error;
}

shm::FileError Scribe::append_asked() {
  const auto tell = [this](Progress progress) {
    if (asked_.front().progress != nullptr) *asked_.front().progress = progress;
  };
  Entry entry;
  {
    const std::scoped_lock lock(mutex_);
    if (asked_.empty()) return {};  // taken back
    entry = asked_.front().entry;
    tell(Progress::under_way);
  }
  shm::FileError error = append(entry);
  const std::scoped_lock lock(mutex_);
  tell(error ? Progress::failed : Progress::done);
  if (!error || asked_.front().once) asked_.pop_front();
  if (error) {
    ++failures_;
    failure_ = error.message;
  }
  changed_.notify_all();
  return error;
}

std::vector<std::string> Scribe::take_lines() {
  const std::scoped_lock lock(writing_);
  return journal_.take_lines();
}

// ----------------------------------------------------------------- all others

void Scribe::put(const Entry& entry) {
  const std::scoped_lock lock(mutex_);
  if (asked_.size() < room_for_asked) {
    asked_.push_back({entry, noted()});
    return bell_.ring();
  }
  // relaxed: a count.
  dropped_.fetch_add(1, std::memory_order_relaxed);
}

Scribe::Written Scribe::write(const Entry& entry, milliseconds patience) {
  Progress progress = Progress::waits;
  std::unique_lock lock(mutex_);
  if (asked_.size() >= room_for_asked) return {"found no room before the journal", false};
  asked_.push_back({entry, noted(), true, &progress});
  const auto is_ours = [&](const Asked& each) { return each.progress == &progress; };
  const std::string problem = wait(
      lock, [&] { return progress == Progress::done; }, patience);
  if (progress == Progress::waits) std::erase_if(asked_, is_ours);
  if (progress == Progress::under_way) asked_.front().progress = nullptr;
  return {problem, progress == Progress::under_way};
}

/// Until `done`, or why not: a write that failed, a disk that hangs.
std::string Scribe::wait(std::unique_lock<std::mutex>& lock, const std::function<bool()>& done,
                         milliseconds patience) {
  constexpr milliseconds look = milliseconds(5);
  const auto give_up = steady_clock::now() + patience;
  const std::uint64_t failures = failures_;
  while (!done()) {
    if (failures_ != failures) return failure_;
    if (hangs_for() >= patience || steady_clock::now() >= give_up) {
      const auto since = std::chrono::duration_cast<milliseconds>(hangs_for());
      return since.count() == 0
                 ? "found the journal too slow"
                 : "found the disk of the journal hanging, a write has not ended for " +
                       std::to_string(since.count()) + " ms";
    }
    bell_.ring();
    changed_.wait_for(lock, look);
  }
  return {};
}

bool Scribe::is_written_locked(const Mark& mark) const noexcept {
  return written_ >= mark.noted && dropped() == mark.dropped;
}

bool Scribe::is_written(const Mark& mark) {
  const std::scoped_lock lock(mutex_);
  return is_written_locked(mark);
}

std::string Scribe::why_unwritten(const Mark& mark, milliseconds patience) {
  if (dropped() != mark.dropped)
    return "found no room before the journal: more waits for its disk than is kept";
  std::unique_lock lock(mutex_);
  return wait(
      lock, [&] { return is_written_locked(mark); }, patience);
}

}  // namespace outrider::protection
