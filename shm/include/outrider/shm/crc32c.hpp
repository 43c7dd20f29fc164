// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli, RFC 3720 appendix B.4): guards headers and journal
// records against damage, not against malice.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace outrider::shm {

namespace detail {
constexpr std::array<std::uint32_t, 256> crc32c_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
    table[byte] = crc;
  }
  return table;
}
inline constexpr auto crc_of_byte = crc32c_table();
}  // namespace detail

inline std::uint32_t crc32c(const void* data, std::size_t size) noexcept {
  const auto* byte = static_cast<const unsigned char*>(data);
  std::uint32_t crc = ~std::uint32_t{0};
  for (std::size_t i = 0; i < size; ++i) {
    crc = (crc >> 8) ^ detail::crc_of_byte[(crc ^ byte[i]) & 0xff];
  }
  return ~crc;
}

}  // namespace outrider::shm
