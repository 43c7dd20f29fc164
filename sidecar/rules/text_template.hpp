// SPDX-License-Identifier: Apache-2.0
// Text with {{ $labels.name }}, {{ $value }}, {{ $externalLabels.name }}, {{ $externalURL }}
// and what functions make of them in it. Everything else that Prometheus' templates can do is
// refused when the rule file is loaded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aggregate/schema.hpp"
#include "rules/template_action.hpp"

namespace outrider::rules {

/// Why a template is refused; `offset` in bytes from its start.
struct TemplateProblem {
  std::size_t offset = 0;
  std::string reason;
};

class TextTemplate {
 public:
  /// False, with the first problem, when the text holds an action that is not
  /// understood.
  static bool parse(std::string_view text, TextTemplate& result, TemplateProblem& problem,
                    const TemplateFacts& facts = {});

  /// A label that is not there is empty.
  [[nodiscard]] std::string expand(const aggregate::Labels& labels, double value) const;

  [[nodiscard]] bool uses_value() const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  /// A text, then an action; the text behind the last has an empty one.
  struct Piece {
    std::string text;
    TemplateAction action;
  };

  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace outrider::rules
