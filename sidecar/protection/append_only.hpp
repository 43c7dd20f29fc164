// SPDX-License-Identifier: Apache-2.0
// A table that only grows, with addresses that never move: one thread at a time
// adds (its callers hold a lock that the guard thread never takes), the guard
// reads without one. An entry below size() is complete.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace outrider::protection {

template <class T>
class AppendOnly {
 public:
  explicit AppendOnly(std::size_t capacity) : items_(new T[capacity]), capacity_(capacity) {}

  [[nodiscard]] std::size_t size() const noexcept {
    // sync(table-publish): acquire, pairs with AppendOnly::publish. An entry
    // that is counted has been filled.
    return size_.load(std::memory_order_acquire);
  }
  [[nodiscard]] bool full() const noexcept { return size() == capacity_; }

  /// The next entry, to be filled before publish(). Needs !full().
  T& next() noexcept { return items_[size()]; }
  std::size_t publish() noexcept {
    const std::size_t id = size();
    // sync(table-publish): release, pairs with AppendOnly::size.
    size_.store(id + 1, std::memory_order_release);
    return id;
  }

  T& operator[](std::size_t id) noexcept { return items_[id]; }
  const T& operator[](std::size_t id) const noexcept { return items_[id]; }

 private:
  std::unique_ptr<T[]> items_;
  std::size_t capacity_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace outrider::protection
