// SPDX-License-Identifier: Apache-2.0
#include "aggregate/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

// relaxed: a count; atomic only so that no compiler folds it away.
std::atomic<std::size_t> count{0};

}  // namespace

std::size_t outrider::test::allocations() noexcept {
  return count.load(std::memory_order_relaxed);  // relaxed: as above
}

void* operator new(std::size_t size) {
  count.fetch_add(1, std::memory_order_relaxed);  // relaxed: as above
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  count.fetch_add(1, std::memory_order_relaxed);  // relaxed: as above
  return std::malloc(size);
}
void* operator new[](std::size_t size) {
  return ::operator new(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
