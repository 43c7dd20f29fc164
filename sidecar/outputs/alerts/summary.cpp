// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "rules/template_functions.hpp"
#include "rules/text_template.hpp"

namespace outrider::alerts {

namespace {

constexpr std::size_t most_lines = 16;
constexpr int small_digits = 4;
/// From here on a number is no longer written out.
constexpr double too_large = 1e15;

void add_thousands(std::string& number) {
  const std::size_t first = number.front() == '-' ? 1 : 0;
  for (std::size_t at = std::min(number.find('.'), number.size()); at > first + 3;) {
    at -= 3;
    number.insert(at, 1, ',');
  }
}

std::string value_of(const config::SummaryField& field, const FieldValue& value,
                     const rules::TemplateFacts& facts) {
  if (std::isnan(value.value)) return "no value";
  rules::TextTemplate text;
  rules::TemplateProblem unused;  // it was parsed when the configuration was read
  if (field.text.empty() || !rules::TextTemplate::parse(field.text, text, unused, facts))
    return number_text(value.value);
  return text.expand(value.labels, value.value);
}

std::string labels_text(const aggregate::Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) text += (text.empty() ? "" : ", ") + name + '=' + value;
  return text.empty() ? "" : " (" + text + ")";
}

}  // namespace

std::string number_text(double value) {
  if (!std::isfinite(value) || std::abs(value) >= too_large) return rules::value_text(value);
  const bool is_whole = value == std::trunc(value);
  if (std::abs(value) < 1 && !is_whole) return rules::significant(value, small_digits);
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), is_whole ? "%.0f" : "%.2f", value + 0.0);
  std::string number{digits.data()};
  add_thousands(number);
  return number;
}

std::string summary_text(const config::SummaryConfig& summary, std::span<const FieldValue> values,
                         const rules::TemplateFacts& facts) {
  std::string text;
  for (const config::SummaryField& field : summary.fields) {
    std::vector<const FieldValue*> found;
    for (const FieldValue& each : values) {
      if (each.summary == summary.name && each.field == field.name) found.push_back(&each);
    }
    if (found.empty()) text += field.name + ": no value\n";
    for (std::size_t i = 0; i < found.size() && i < most_lines; ++i) {
      const std::string which = found.size() > 1 ? labels_text(found[i]->labels) : "";
      text += field.name + which + ": " + value_of(field, *found[i], facts) + '\n';
    }
    if (found.size() > most_lines)
      text += field.name + ": and " + std::to_string(found.size() - most_lines) + " more\n";
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace outrider::alerts
