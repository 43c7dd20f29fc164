// SPDX-License-Identifier: Apache-2.0
// A short text that lives inside its owner: the guard thread copies it without
// allocating, and a file holds its bytes as they are. Always zero-filled after
// the text, so that equal texts are equal bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace outrider::protection {

template <std::size_t capacity>
class FixedText {
 public:
  static constexpr std::size_t longest = capacity - 1;

  FixedText() noexcept = default;
  // Not explicit: a literal or a string reads naturally where a text is wanted.
  FixedText(std::string_view text) noexcept { assign(text); }
  FixedText(const std::string& text) noexcept { assign(text); }
  FixedText(const char* text) noexcept { assign(text); }

  /// A text that is too long is cut, never inside a UTF-8 character.
  void assign(std::string_view text) noexcept {
    std::size_t size = text.size() < longest ? text.size() : longest;
    if (size < text.size()) {
      while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
    }
    bytes_.fill('\0');
    text.copy(bytes_.data(), size);
  }

  /// Up to the first zero, and never past the end: the bytes may come from a file.
  [[nodiscard]] std::string_view view() const noexcept {
    const void* end = std::memchr(bytes_.data(), '\0', capacity);
    const std::size_t size =
        end == nullptr ? capacity
                       : static_cast<std::size_t>(static_cast<const char*>(end) - bytes_.data());
    return {bytes_.data(), size};
  }

  [[nodiscard]] bool empty() const noexcept { return bytes_[0] == '\0'; }
  friend bool operator==(const FixedText&, const FixedText&) = default;

 private:
  std::array<char, capacity> bytes_{};
};

using ScopeText = FixedText<112>;
using RuleText = FixedText<80>;
using ActorText = FixedText<64>;
using ReasonText = FixedText<192>;
using ParameterText = FixedText<97>;
using ShortReasonText = FixedText<81>;

}  // namespace outrider::protection
