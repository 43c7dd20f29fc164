// SPDX-License-Identifier: Apache-2.0
// The newest whole value from one thread to one other: three buffers, of which the
// writer has one, the reader one, and the newest lies in the third. Neither ever
// waits, no value is torn; one that nobody took is written over.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace outrider::aggregate {

template <class Value>
class TripleBuffer {
 public:
  explicit TripleBuffer(const Value& begin) : buffers_{begin, begin, begin} {}

  /// Writer: what to fill, whole, before each publish().
  [[nodiscard]] Value& back() noexcept { return buffers_[back_]; }
  void publish() noexcept {
    // sync(triple-buffer): acq_rel, pairs with take. The value is whole before its
    // number, and what comes back the reader has done with.
    back_ = newest_.exchange(back_ | is_new, std::memory_order_acq_rel) & number;
  }

  /// Reader: takes up the newest; false when it has that already.
  bool take() noexcept {
    // relaxed: only whether to look; the exchange acquires.
    if ((newest_.load(std::memory_order_relaxed) & is_new) == 0) return false;
    // sync(triple-buffer): acq_rel, pairs with publish.
    front_ = newest_.exchange(front_, std::memory_order_acq_rel) & number;
    return true;
  }
  [[nodiscard]] const Value& front() const noexcept { return buffers_[front_]; }

 private:
  static constexpr std::uint8_t is_new = 4;
  static constexpr std::uint8_t number = 3;

  std::array<Value, 3> buffers_;
  std::atomic<std::uint8_t> newest_{2};  ///< its number, and whether the reader has it not yet
  std::uint8_t back_ = 1;                ///< the writer's
  std::uint8_t front_ = 0;               ///< the reader's
};

}  // namespace outrider::aggregate
