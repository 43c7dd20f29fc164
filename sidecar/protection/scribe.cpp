// SPDX-License-Identifier: Apache-2.0
#include "protection/scribe.hpp"

#include <utility>

namespace outrider::protection {

Scribe::Scribe(Journal journal) : journal_(std::move(journal)) {
  show_journal();
}

void Scribe::show_journal() {
  // relaxed: see journal_writable.
  writable_.store(journal_.writable(), std::memory_order_relaxed);
  good_copies_.store(journal_.good_copies(), std::memory_order_relaxed);
}

void Scribe::note(const Entry& entry) noexcept {
  // relaxed: one writer, the guard.
  if (!noted_.push(entry)) dropped_.fetch_add(1, std::memory_order_relaxed);
}

shm::FileError Scribe::write_noted_locked() {
  Entry entry;
  while (backlog_.size() < room && noted_.pop(entry)) backlog_.push_back(entry);
  shm::FileError error;
  while (!backlog_.empty()) {
    error = journal_.append(backlog_.front());
    if (error) break;
    backlog_.pop_front();
  }
  journal_.mend();
  show_journal();
  return error;
}

shm::FileError Scribe::write_noted() {
  const std::scoped_lock lock(writing_);
  return write_noted_locked();
}

shm::FileError Scribe::write(const Entry& entry) {
  const std::scoped_lock lock(writing_);
  shm::FileError error = write_noted_locked();
  if (error) return error;
  error = journal_.append(entry);
  show_journal();
  return error;
}

std::vector<std::string> Scribe::take_lines() {
  const std::scoped_lock lock(writing_);
  return journal_.take_lines();
}

}  // namespace outrider::protection
