// SPDX-License-Identifier: Apache-2.0
#include "rules/findings_of_values.hpp"

#include <string>
#include <variant>

#include "config/problem.hpp"
#include "rules/walk.hpp"

namespace outrider::rules {

namespace {

using promql::Expr;

/// The selector below functions and parentheses that keep the labels of its series.
const promql::VectorSelector* series_of(const Expr& expr) {
  const Expr& inner = promql::strip_parens(expr);
  if (const auto* call = std::get_if<promql::Call>(&inner.node)) {
    if (call->function->kind < promql::FunctionKind::abs || call->arguments.empty()) return nullptr;
    return series_of(*call->arguments.back());
  }
  return selector_of(inner);
}

/// `metric == number`, alone or as the left side of `and` and `unless`.
bool is_equation(const Expr& expr) {
  const auto* binary = std::get_if<promql::Binary>(&promql::strip_parens(expr).node);
  if (binary == nullptr) return false;
  using Op = promql::BinaryOperator;
  if (binary->op == Op::logical_and || binary->op == Op::logical_unless)
    return is_equation(*binary->left);
  return binary->op == Op::equal && !binary->return_bool &&
         std::holds_alternative<promql::NumberLiteral>(promql::strip_parens(*binary->right).node);
}

}  // namespace

void find_self_division(const Expr& expr, const FileProblem& place,
                        std::vector<FileProblem>& found) {
  walk(expr, [&](const Expr& each) {
    const auto* binary = std::get_if<promql::Binary>(&each.node);
    if (binary == nullptr || binary->op != promql::BinaryOperator::divide || binary->matching.given)
      return;
    const promql::VectorSelector* part = series_of(*binary->left);
    const promql::VectorSelector* whole = series_of(*binary->right);
    const bool same = part != nullptr && whole != nullptr && part->name == whole->name &&
                      !part->name.empty() && part->matchers.size() > whole->matchers.size() &&
                      part->shift.offset == whole->shift.offset;
    if (!same) return;
    found.push_back(place);
    found.back().reason = "warning: found " + config::in_quotes(part->name) +
                          " divided by itself, each series by its own, so that it yields 1 "
                          "whatever happens; needed a share of all; write sum(...) / sum(...)";
  });
}

void find_constant_value(const AlertRule& rule, std::vector<FileProblem>& found) {
  const auto* binary = std::get_if<promql::Binary>(&promql::strip_parens(*rule.expr).node);
  if (binary == nullptr || binary->op != promql::BinaryOperator::logical_and ||
      !is_equation(*binary->left))
    return;
  for (const auto& [name, text] : rule.annotations) {
    if (text.text().find("$value") == std::string::npos) continue;
    found.push_back({rule.file, rule.line, 0,
                     "warning: found $value in " + config::in_quotes(name) +
                         " of a rule whose left side is an equation, so that it always prints "
                         "the same number; needed the side that counts on the left of \"and\""});
    return;
  }
}

}  // namespace outrider::rules
