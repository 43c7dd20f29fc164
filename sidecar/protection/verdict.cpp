// SPDX-License-Identifier: Apache-2.0
#include "protection/verdict.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace outrider::protection {
namespace {

/// A text that grows in place; what does not fit is left out.
class Line {
 public:
  void add(std::string_view text) noexcept {
    const std::size_t fits = std::min(text.size(), bytes_.size() - size_);
    std::copy_n(text.begin(), fits, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += fits;
  }
  void separate(std::string_view text) noexcept {
    if (size_ > 0) add(text);
  }
  void add(std::uint32_t number) noexcept {
    std::array<char, 10> digits{};
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    add(std::string_view{digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  [[nodiscard]] ReasonText text() const noexcept { return std::string_view{bytes_.data(), size_}; }

 private:
  std::array<char, ReasonText::longest> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace

ReasonText why(const Verdict& verdict) noexcept {
  Line line;
  line.add(verdict.rule);
  if (!verdict.reason.empty()) line.separate(": ");
  line.add(verdict.reason);
  if (verdict.minutes_left > 0) {
    line.separate(", ");
    line.add(verdict.minutes_left);
    line.add(" min left");
  }
  const auto unnamed = verdict.also_count - static_cast<std::uint32_t>(verdict.also.size());
  const std::string_view first = verdict.rule.empty() ? verdict.actor : verdict.rule;
  bool said = false;
  for (const RuleText& who : verdict.also) {
    if (who.view() == first) continue;
    line.separate(", ");
    if (!said) line.add("also ");
    line.add(who.view());
    said = true;
  }
  if (unnamed > 0) {
    line.separate(", ");
    line.add("and ");
    line.add(unnamed);
    line.add(" more");
  }
  return line.text();
}

}  // namespace outrider::protection
