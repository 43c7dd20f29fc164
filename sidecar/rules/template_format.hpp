// SPDX-License-Identifier: Apache-2.0
// printf of the templates: a format in Go's spelling, taken apart once when the
// rule is loaded. What Go would print as a mistake (`%!d(float64=3)`) is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/template_functions.hpp"

namespace outrider::rules {

class TemplateFormat {
 public:
  /// Empty, or why it is refused. `is_number` says it of each argument.
  static std::string parse(std::string_view text, const std::vector<bool>& is_number,
                           TemplateFormat& format);

  [[nodiscard]] std::string apply(const std::vector<TemplateValue>& arguments) const;

 private:
  /// A text, then maybe a directive such as `%-8.2f` for the next argument.
  struct Piece {
    std::string text;
    char verb = 0;  ///< 0: the text is all
    bool left = false;
    bool plus = false;
    bool zeros = false;
    int width = 0;
    int precision = -1;  ///< -1: none was given
  };

  static std::string read_directive(std::string_view text, std::size_t& at, Piece& piece);
  static std::string misfit(const Piece& piece, bool number);
  static std::string number_text(const Piece& piece, double value);
  static std::string padded(const Piece& piece, const std::string& text);

  std::vector<Piece> pieces_;
};

}  // namespace outrider::rules
