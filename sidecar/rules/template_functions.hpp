// SPDX-License-Identifier: Apache-2.0
// What Prometheus' templates can do with one value: a number or a text. Each
// renders exactly as Prometheus 2.42 does.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace outrider::rules {

/// `$value`, or a label and everything made of it.
using TemplateValue = std::variant<double, std::string>;

enum class TemplateFunction {
  humanize,
  humanize_1024,
  humanize_duration,
  humanize_percentage,
  humanize_timestamp,
  title,
  to_lower,
  to_upper,
};

/// Null: no function of that name is known here.
const TemplateFunction* find_template_function(std::string_view name);

/// Whether it wants a number; else it wants a text. All yield a text.
bool takes_number(TemplateFunction function);

/// `value` is of the kind that the function takes.
std::string render(TemplateFunction function, const TemplateValue& value);

/// A number as Go's templates print it: "0.25", "1e+06", "+Inf", "NaN".
std::string value_text(double value);

/// A number with so many significant digits, as Go's `%.4g`.
std::string significant(double value, int digits);

}  // namespace outrider::rules
