// SPDX-License-Identifier: Apache-2.0
#include "rules/template_action.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "promql/labels.hpp"
#include "promql/matcher.hpp"
#include "promql/string_literal.hpp"

namespace outrider::rules {

namespace {

/// Deeper nesting is nobody's meaning.
constexpr int most_nested = 16;

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Why a text is refused, thrown and caught within parse().
struct Refusal {
  std::string reason;
};

}  // namespace

class ActionParser {
 public:
  ActionParser(std::string_view text, const TemplateFacts& facts)
      : text_{text}, whole_{text}, facts_{facts} {}

  TemplateAction parse_whole() {
    TemplateAction action = parse_pipeline();
    skip_blank();
    if (!text_.empty()) refuse();
    return action;
  }

 private:
  using Kind = TemplateAction::Kind;

  TemplateAction parse_pipeline() {
    if (++nested_ > most_nested) refuse();
    TemplateAction action = parse_command(nullptr);
    while (try_take('|')) action = parse_command(&action);
    --nested_;
    return action;
  }

  /// `piped`: what stood before the bar; it becomes the last argument.
  TemplateAction parse_command(TemplateAction* piped) {
    const std::string_view name = peek_word();
    if (name == "printf" || find_template_function(name) != nullptr) {
      text_.remove_prefix(name.size());
      std::vector<TemplateAction> arguments = parse_operands();
      if (piped != nullptr) arguments.push_back(std::move(*piped));
      return name == "printf" ? make_format(std::move(arguments))
                              : make_call(name, std::move(arguments));
    }
    if (piped != nullptr) refuse();
    return parse_operand();
  }

  std::vector<TemplateAction> parse_operands() {
    std::vector<TemplateAction> operands;
    for (skip_blank(); !text_.empty() && text_[0] != '|' && text_[0] != ')'; skip_blank()) {
      operands.push_back(parse_operand());
    }
    return operands;
  }

  TemplateAction parse_operand() {
    skip_blank();
    if (try_take('(')) {
      TemplateAction inner = parse_pipeline();
      if (!try_take(')')) refuse();
      return inner;
    }
    if (!text_.empty() && (text_[0] == '"' || text_[0] == '`')) return parse_text();
    const std::string_view word = peek_word();
    text_.remove_prefix(word.size());
    TemplateAction action;
    if (word == "$value" || word == ".Value") {
      action.kind_ = Kind::value;
      return action;
    }
    if (word == "$externalURL" || word == ".ExternalURL" || word == "externalURL") {
      action.text_ = facts_.external_url;
    } else if (const auto external = name_after({"$externalLabels.", ".ExternalLabels."}, word)) {
      action.text_ = promql::label_value(facts_.external_labels, *external);
    } else if (const auto label = name_after({"$labels.", ".Labels."}, word)) {
      action.kind_ = Kind::label;
      action.text_ = *label;
    } else {
      refuse();
    }
    return action;
  }

  /// The label of a word that begins with one of them.
  static std::optional<std::string> name_after(std::initializer_list<std::string_view> beginnings,
                                               std::string_view word) {
    for (const std::string_view beginning : beginnings) {
      if (!word.starts_with(beginning)) continue;
      std::string name{word.substr(beginning.size())};
      if (promql::is_label_name(name)) return name;
    }
    return std::nullopt;
  }

  TemplateAction parse_text() {
    TemplateAction action;
    std::size_t size = 0;
    std::string reason;
    if (!promql::read_string(text_, size, action.text_, reason)) refuse();
    text_.remove_prefix(size);
    return action;
  }

  TemplateAction make_call(std::string_view name, std::vector<TemplateAction> arguments) {
    TemplateAction action;
    action.kind_ = Kind::call;
    action.function_ = *find_template_function(name);
    const bool wants_number = takes_number(action.function_);
    if (arguments.size() != 1 || arguments[0].is_number() != wants_number) {
      throw Refusal{"found " + std::string{name} + " of something else; needed it of " +
                    (wants_number ? "$value" : "one text, such as $labels.name")};
    }
    action.operands_ = std::move(arguments);
    return action;
  }

  TemplateAction make_format(std::vector<TemplateAction> arguments) {
    if (arguments.empty() || arguments[0].kind_ != Kind::text)
      throw Refusal{"found printf without a format; needed one such as printf \"%.2f\" $value"};
    TemplateAction action;
    action.kind_ = Kind::format;
    std::vector<bool> is_number;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      is_number.push_back(arguments[i].is_number());
    }
    const std::string why = TemplateFormat::parse(arguments[0].text_, is_number, action.format_);
    if (!why.empty()) throw Refusal{why};
    arguments.erase(arguments.begin());
    action.operands_ = std::move(arguments);
    return action;
  }

  void skip_blank() { text_.remove_prefix(std::min(text_.find_first_not_of(blank), text_.size())); }

  bool try_take(char c) {
    skip_blank();
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  /// A name with the signs that may begin it or stand in it.
  std::string_view peek_word() {
    skip_blank();
    std::size_t size = 0;
    while (size < text_.size() &&
           (is_name(text_[size]) || text_[size] == '$' || text_[size] == '.'))
      ++size;
    return text_.substr(0, size);
  }

  [[noreturn]] void refuse() const {
    throw Refusal{"found {{ " + std::string{whole_} +
                  " }}, which is not supported; needed {{ $labels.name }}, {{ $value }}, "
                  "{{ $externalLabels.name }} or {{ $externalURL }}, alone or through humanize, "
                  "humanize1024, humanizeDuration, humanizePercentage, humanizeTimestamp, title, "
                  "toLower, toUpper or printf"};
  }

  std::string_view text_;
  std::string_view whole_;
  const TemplateFacts& facts_;
  int nested_ = 0;
};

std::string TemplateAction::parse(std::string_view text, const TemplateFacts& facts,
                                  TemplateAction& action) {
  try {
    action = ActionParser{text, facts}.parse_whole();
    return {};
  } catch (Refusal& refusal) {
    return std::move(refusal.reason);
  }
}

TemplateValue TemplateAction::evaluate(const aggregate::Labels& labels, double value) const {
  if (kind_ == Kind::value) return value;
  if (kind_ == Kind::label) return std::string{promql::label_value(labels, text_)};
  if (kind_ == Kind::text) return text_;
  std::vector<TemplateValue> operands;
  for (const TemplateAction& operand : operands_) {
    operands.push_back(operand.evaluate(labels, value));
  }
  return kind_ == Kind::call ? render(function_, operands[0]) : format_.apply(operands);
}

std::string TemplateAction::expand(const aggregate::Labels& labels, double value) const {
  const TemplateValue result = evaluate(labels, value);
  const auto* const number = std::get_if<double>(&result);
  return number != nullptr ? value_text(*number) : std::get<std::string>(result);
}

bool TemplateAction::uses_value() const {
  return kind_ == Kind::value ||
         std::any_of(operands_.begin(), operands_.end(),
                     [](const TemplateAction& operand) { return operand.uses_value(); });
}

}  // namespace outrider::rules
