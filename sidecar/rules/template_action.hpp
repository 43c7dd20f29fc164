// SPDX-License-Identifier: Apache-2.0
// What stands between {{ and }}: `$value`, a label, an external one, the external URL, and
// what functions make of them, in Go's ways to write it: `humanize $value`, `$value | humanize`,
// `printf "%.1f %s" $value ($labels.side | toUpper)`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aggregate/schema.hpp"
#include "rules/template_format.hpp"
#include "rules/template_functions.hpp"

namespace outrider::rules {

inline constexpr std::string_view blank = " \t\r\n";

/// What a template knows beside the sample; it is bound when the template is parsed.
struct TemplateFacts {
  aggregate::Labels external_labels{};  ///< `$externalLabels.name`
  std::string external_url{};  ///< `$externalURL`, as Prometheus without a slash at its end
};

class TemplateAction {
 public:
  /// Empty, or why the text is refused.
  static std::string parse(std::string_view text, const TemplateFacts& facts,
                           TemplateAction& action);

  [[nodiscard]] std::string expand(const aggregate::Labels& labels, double value) const;
  [[nodiscard]] bool uses_value() const;

 private:
  friend class ActionParser;
  enum class Kind { value, label, text, call, format };

  [[nodiscard]] TemplateValue evaluate(const aggregate::Labels& labels, double value) const;
  [[nodiscard]] bool is_number() const { return kind_ == Kind::value; }

  Kind kind_ = Kind::text;
  std::string text_;  ///< of a label its name, of a text itself
  TemplateFunction function_{};
  TemplateFormat format_;
  std::vector<TemplateAction> operands_;
};

}  // namespace outrider::rules
