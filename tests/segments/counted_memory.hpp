// SPDX-License-Identifier: Apache-2.0
// What a thread allocates, frees and unmaps, by C++ or by C. In a file of its own,
// so that no compiler sees what these calls do and leaves them out.
#pragma once

#include <atomic>
#include <cstdint>

namespace outrider::test {

/// Of the thread that asks to be counted; others do as they like.
extern thread_local bool is_counted;
extern std::atomic<std::uint64_t> memory_calls;  ///< malloc, free and their like
extern std::atomic<std::uint64_t> unmaps;

}  // namespace outrider::test
