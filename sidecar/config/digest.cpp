// SPDX-License-Identifier: Apache-2.0
#include "config/digest.hpp"

#include <openssl/sha.h>

#include <array>

namespace outrider::config {

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::string sha256(std::string_view text) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), digest.data());
  return to_hex(digest);
}

}  // namespace outrider::config
