// SPDX-License-Identifier: Apache-2.0
// The calls are found here first by the linker, before the C library, for every
// library of the program: operator new and what C code allocates both end here.
#include "segments/counted_memory.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

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

// The names are the C library's.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

void* __libc_malloc(std::size_t size) noexcept;
void* __libc_calloc(std::size_t number, std::size_t size) noexcept;
void* __libc_realloc(void* memory, std::size_t size) noexcept;
void* __libc_memalign(std::size_t alignment, std::size_t size) noexcept;
void __libc_free(void* memory) noexcept;

void* malloc(std::size_t size) noexcept {
  count(memory_calls);
  return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) noexcept {
  count(memory_calls);
  return __libc_calloc(number, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  count(memory_calls);
  return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  count(memory_calls);
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  count(memory_calls);
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  count(memory_calls);
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) noexcept {
  count(memory_calls);
  __libc_free(memory);
}

int munmap(void* address, std::size_t bytes) noexcept {
  count(unmaps);
  return static_cast<int>(::syscall(SYS_munmap, address, bytes));
}
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
