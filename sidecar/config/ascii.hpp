// SPDX-License-Identifier: Apache-2.0
// What names and numbers are made of, in any locale.
#pragma once

namespace outrider::config {

constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

}  // namespace outrider::config
