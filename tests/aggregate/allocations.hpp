// SPDX-License-Identifier: Apache-2.0
// How often this program has called operator new: the guard thread reads values
// and must not. In a file of its own, so that no compiler sees one half of a
// pair of new and delete without the other.
#pragma once

#include <cstddef>

namespace outrider::test {

std::size_t allocations() noexcept;

}  // namespace outrider::test
