// SPDX-License-Identifier: Apache-2.0
#include "cli/ring_look.hpp"

#include <algorithm>
#include <atomic>
#include <optional>

namespace outrider::cli {
namespace {

/// A slot that its writer may be writing: the number that is read after it says whether
/// what was read counts.
std::uint64_t load_word(const std::uint64_t& word) {
  // sync(ring-publish): acquire, pairs with RingWriter::put. The head that is read after
  // this is at least as new as the one before the word was written.
  return std::atomic_ref<std::uint64_t>{const_cast<std::uint64_t&>(word)}.load(
      std::memory_order_acquire);
}

}  // namespace

std::uint64_t head_of(const Opened& opened, std::uint32_t lane) {
  // sync(ring-publish): acquire, pairs with RingWriter::put. Every slot below this head
  // has been written.
  return opened.view().lane(lane).header->head.load(std::memory_order_acquire);
}

RingLook look_into_ring(const Opened& opened, std::uint32_t lane, std::uint64_t from) {
  RingLook look;
  look.next = from;
  const auto slots = opened.view().lane(lane).ring;
  const std::uint64_t capacity = slots.size();
  const std::uint64_t head = head_of(opened, lane);
  if (head < from) {
    look.impossible = true;
    return look;
  }
  const std::uint64_t begin = std::max(from, head > capacity ? head - capacity : 0);
  look.samples.reserve(head - begin);
  for (std::uint64_t number = begin; number != head; ++number) {
    const shm::Sample& slot = slots[number & (capacity - 1)];
    look.samples.push_back({load_word(slot.stamp), load_word(slot.packed)});
  }
  // By now its writer has filled the slots of all numbers below `after`, and may be filling
  // that of `after`, unless the sample there has not been taken: then it must not.
  const std::optional<std::uint64_t> position = opened.position(lane);
  const std::uint64_t after = head_of(opened, lane);
  std::uint64_t whole = after >= capacity ? after - capacity + 1 : 0;
  if (position && whole > *position) --whole;
  const std::uint64_t lost = whole > begin ? std::min(whole - begin, head - begin) : 0;
  look.samples.erase(look.samples.begin(),
                     look.samples.begin() + static_cast<std::ptrdiff_t>(lost));
  look.next = head;
  look.missed = begin - from + lost;
  return look;
}

}  // namespace outrider::cli
