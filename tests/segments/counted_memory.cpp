// SPDX-License-Identifier: Apache-2.0
// The calls are found here first by the linker, before the C library.
#include "segments/counted_memory.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>

thread_local bool outrider::test::is_counted = false;
std::atomic<std::uint64_t> outrider::test::memory_calls{0};
std::atomic<std::uint64_t> outrider::test::unmaps{0};

namespace {

using namespace outrider::test;

void count(std::atomic<std::uint64_t>& calls) noexcept {
  // relaxed: a count.
  if (is_counted) calls.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

void* operator new(std::size_t size) {
  count(memory_calls);
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  count(memory_calls);
  return std::malloc(size);
}
void* operator new[](std::size_t size) {
  return ::operator new(size);
}
void operator delete(void* memory) noexcept {
  count(memory_calls);
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  ::operator delete(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  ::operator delete(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  ::operator delete(memory);
}
extern "C" int munmap(void* address, std::size_t bytes) noexcept {
  count(unmaps);
  return static_cast<int>(::syscall(SYS_munmap, address, bytes));
}
