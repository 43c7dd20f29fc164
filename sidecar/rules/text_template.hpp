// SPDX-License-Identifier: Apache-2.0
// Text with {{ $labels.name }} and {{ $value }} in it. Everything else that
// Prometheus' templates can do is refused when the rule file is loaded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aggregate/schema.hpp"

namespace outrider::rules {

/// Why a template is refused; `offset` in bytes from its start.
struct TemplateProblem {
  std::size_t offset = 0;
  std::string reason;
};

class TextTemplate {
 public:
  /// False, with the first problem, when the text holds an action that is not
  /// one of the two.
  static bool parse(std::string_view text, TextTemplate& result, TemplateProblem& problem);

  /// A label that is not there is empty.
  [[nodiscard]] std::string expand(const aggregate::Labels& labels, double value) const;

  [[nodiscard]] bool uses_value() const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  enum class PieceKind { text, label, value };
  struct Piece {
    PieceKind kind = PieceKind::text;
    std::string text;  ///< the text itself, or the label's name
  };

  std::string text_;
  std::vector<Piece> pieces_;
};

/// A number as Go's templates print it: "0.25", "1e+06", "+Inf", "NaN".
std::string value_text(double value);

}  // namespace outrider::rules
