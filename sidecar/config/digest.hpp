// SPDX-License-Identifier: Apache-2.0
// What was loaded, as people can compare it with a file: as sha256sum prints it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace outrider::config {

/// Two hexadecimal digits a byte.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// 64 hexadecimal digits.
std::string sha256(std::string_view text);

}  // namespace outrider::config
