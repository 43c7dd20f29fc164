// SPDX-License-Identifier: Apache-2.0
// Buckets as HdrHistogram's V2 encoding has them: what its readers in Java, JavaScript, C, Go
// and Python take. Ours are its buckets: same edges, same numbers, for the same significant
// figures with 1 as the lowest value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace outrider::hdr_log {

/// Counts by shm::BucketLayout{significant_figures}. Format: HdrHistogram's
/// AbstractHistogram.encodeIntoByteBuffer, cookie 0x1c849303.
std::vector<std::uint8_t> encode(std::span<const std::uint64_t> buckets, int significant_figures);

/// The same, deflated (cookie 0x1c849304), in base 64: one word of a log's line.
std::string encode_compressed(std::span<const std::uint64_t> buckets, int significant_figures);

}  // namespace outrider::hdr_log
