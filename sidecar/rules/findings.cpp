// SPDX-License-Identifier: Apache-2.0
#include "rules/findings.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "config/problem.hpp"
#include "promql/labels.hpp"
#include "rules/findings_of_values.hpp"

namespace outrider::rules {

namespace {

using promql::Expr;

/// What is known of the labels of every element of a vector.
struct KnownLabels {
  std::map<std::string, std::string> fixed;         ///< has this label with this value
  std::optional<std::vector<std::string>> at_most;  ///< has no other labels; nothing: may have any
  bool scraped = false;  ///< as it came from a target: has labels that say which
  /// Of its own, beside those of its target; nothing: not known.
  std::optional<std::set<std::string>> own;

  [[nodiscard]] bool may_have(const std::string& name) const {
    return !at_most || std::find(at_most->begin(), at_most->end(), name) != at_most->end();
  }
};

class LabelsOf {
 public:
  explicit LabelsOf(const MetricCatalogue& metrics) : metrics_{metrics} {}

  KnownLabels operator()(const promql::VectorSelector& selector) const {
    KnownLabels known;
    // Recorded series, with a colon in their names, have whatever labels they were given.
    known.scraped = selector.name.find(':') == selector.name.npos;
    for (const promql::LabelMatcher& matcher : selector.matchers) {
      const bool fixes = matcher.kind() == promql::MatchKind::equal && !matcher.value().empty();
      if (fixes && matcher.label() != promql::metric_name_label)
        known.fixed[matcher.label()] = matcher.value();
    }
    if (const KnownMetric* metric = metrics_.find(selector.name); metric != nullptr) {
      known.own.emplace();
      for (const auto& [label, values] : metric->labels) known.own->insert(label);
    }
    return known;
  }
  KnownLabels operator()(const promql::MatrixSelector& matrix) const {
    return (*this)(matrix.selector);
  }
  KnownLabels operator()(const promql::Paren& paren) const { return of(*paren.operand); }
  KnownLabels operator()(const promql::Unary& unary) const { return of(*unary.operand); }
  KnownLabels operator()(const promql::Aggregation& aggregation) const {
    using promql::AggregateOperator;
    KnownLabels known = of(*aggregation.operand);
    if (aggregation.op == AggregateOperator::topk || aggregation.op == AggregateOperator::bottomk)
      return known;
    const auto& names = aggregation.labels;
    std::erase_if(known.fixed, [&](const auto& label) {
      const bool listed = std::find(names.begin(), names.end(), label.first) != names.end();
      return listed == aggregation.without;
    });
    known.scraped = false;
    known.own.reset();
    if (!aggregation.without) known.at_most = names;
    return known;
  }
  KnownLabels operator()(const promql::Call& call) const {
    // The others make elements of labels of their own.
    const bool keeps = call.function->kind >= promql::FunctionKind::abs;
    return keeps ? of(*call.arguments.back()) : KnownLabels{};
  }
  KnownLabels operator()(const promql::Binary& binary) const {
    const bool set = promql::is_set_operator(binary.op);
    if (binary.op == promql::BinaryOperator::logical_or) {
      KnownLabels either;
      either.scraped = of(*binary.left).scraped && of(*binary.right).scraped;
      return either;
    }
    if (promql::type_of(*binary.left) == promql::ValueType::scalar) return of(*binary.right);
    if (promql::type_of(*binary.right) == promql::ValueType::scalar || set) return of(*binary.left);
    return {};
  }
  template <typename Other>
  KnownLabels operator()(const Other&) const {
    return {};
  }

  [[nodiscard]] KnownLabels of(const Expr& expr) const { return std::visit(*this, expr.node); }

 private:
  const MetricCatalogue& metrics_;
};

/// Whether a label takes part in the comparison of two sides.
bool is_compared(const promql::Matching& matching, const std::string& name) {
  const auto& listed = matching.labels;
  const bool is_listed = std::find(listed.begin(), listed.end(), name) != listed.end();
  return !matching.given || is_listed == matching.on;
}

/// The first label, of those that are compared, in which two sides can never agree.
std::optional<std::string> disagreement(const promql::Matching& matching, const KnownLabels& a,
                                        const KnownLabels& b) {
  if (!matching.given && a.scraped && b.at_most && b.at_most->empty()) return "instance";
  for (const auto& [name, value] : a.fixed) {
    if (!is_compared(matching, name)) continue;
    const auto other = b.fixed.find(name);
    if (!b.may_have(name) || (other != b.fixed.end() && other->second != value)) return name;
  }
  if (!a.own || !b.own) return std::nullopt;
  for (const std::string& name : *a.own) {
    if (is_compared(matching, name) && !b.own->contains(name)) return name;
  }
  return std::nullopt;
}

class Finder {
 public:
  Finder(std::vector<FileProblem>& found, FileProblem place, const MetricCatalogue& metrics)
      : found_{found}, place_{std::move(place)}, labels_{metrics} {}

  void walk(const Expr& expr) { std::visit(*this, expr.node); }

  void operator()(const promql::Binary& binary) {
    walk(*binary.left);
    walk(*binary.right);
    const bool vectors = promql::type_of(*binary.left) == promql::ValueType::vector &&
                         promql::type_of(*binary.right) == promql::ValueType::vector;
    using Op = promql::BinaryOperator;
    if (!vectors || binary.op == Op::logical_or || binary.op == Op::logical_unless) return;
    const KnownLabels left = labels_.of(*binary.left);
    const KnownLabels right = labels_.of(*binary.right);
    auto label = disagreement(binary.matching, left, right);
    if (!label) label = disagreement(binary.matching, right, left);
    if (!label) return;
    found_.push_back({place_.file, place_.line, 0,
                      "warning: found \"" + binary.spelling +
                          "\" between series that never have the same " +
                          config::in_quotes(*label) +
                          ", so it yields nothing, ever; needed labels that both sides have; "
                          "write on() with these behind it, or sum each side"});
  }
  void operator()(const promql::Paren& paren) { walk(*paren.operand); }
  void operator()(const promql::Unary& unary) { walk(*unary.operand); }
  void operator()(const promql::Aggregation& aggregation) { walk(*aggregation.operand); }
  void operator()(const promql::Call& call) {
    for (const auto& argument : call.arguments) walk(*argument);
  }
  template <typename Leaf>
  void operator()(const Leaf&) {}

 private:
  std::vector<FileProblem>& found_;
  FileProblem place_;
  LabelsOf labels_;
};

/// A rate compared with zero, and whether the rule asks for absence anywhere.
struct Silence {
  bool waits_for_none = false;
  bool asks_for_absence = false;

  void walk(const Expr& expr) { std::visit(*this, expr.node); }

  void operator()(const promql::Binary& binary) {
    const auto* const number =
        std::get_if<promql::NumberLiteral>(&strip_parens(*binary.right).node);
    const bool is_zero = number != nullptr && number->value == 0;
    if (binary.op == promql::BinaryOperator::equal && is_zero && is_growth(*binary.left))
      waits_for_none = true;
    walk(*binary.left);
    walk(*binary.right);
  }
  void operator()(const promql::Call& call) {
    asks_for_absence |= call.function->name.starts_with("absent");
    for (const auto& argument : call.arguments) walk(*argument);
  }
  void operator()(const promql::Paren& paren) { walk(*paren.operand); }
  void operator()(const promql::Unary& unary) { walk(*unary.operand); }
  void operator()(const promql::Aggregation& aggregation) { walk(*aggregation.operand); }
  template <typename Leaf>
  void operator()(const Leaf&) {}

 private:
  static bool is_growth(const Expr& expr) {
    const Expr* inner = &strip_parens(expr);
    while (const auto* aggregation = std::get_if<promql::Aggregation>(&inner->node))
      inner = &strip_parens(*aggregation->operand);
    const auto* const call = std::get_if<promql::Call>(&inner->node);
    if (call == nullptr) return false;
    const promql::FunctionKind kind = call->function->kind;
    return kind == promql::FunctionKind::rate || kind == promql::FunctionKind::increase;
  }
};

/// Mistakes in what an alert says of its value.
class WordsOfAlert {
 public:
  WordsOfAlert(const AlertRule& rule, std::vector<FileProblem>& found)
      : rule_{rule}, found_{found} {}

  void find() {
    for (const auto& [name, text] : rule_.annotations) {
      words_ += text.text() + ' ';
      find_double_percent(name, text.text());
    }
    const std::string& expr = rule_.expression;
    if (has(words_, "humanizeDuration") && has(expr, "_ms") && !has(expr, "1000"))
      report(
          "found humanizeDuration of what seems to be milliseconds; needed seconds; divide by "
          "1000");
    const bool per_minute = has(words_, "/min") || has(words_, "per minute");
    if (per_minute && has(expr, "rate(") && !has(expr, "60"))
      report(
          "found \"per minute\" beside a rate, which is per second; needed one of the two; "
          "write 60 * rate(...)");
  }

 private:
  static bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
  }

  /// humanizePercentage brings its sign; another behind it is printed too.
  void find_double_percent(const std::string& name, const std::string& written) {
    const std::size_t close = written.find("}}", written.find("humanizePercentage"));
    if (!has(written, "humanizePercentage") || written.substr(close + 2, 1) != "%") return;
    report("found % behind humanizePercentage in " + config::in_quotes(name) +
           ", which brings its own; needed one; drop it");
  }

  void report(const std::string& what) {
    found_.push_back({rule_.file, rule_.line, 0, "warning: " + what});
  }

  const AlertRule& rule_;
  std::vector<FileProblem>& found_;
  std::string words_;
};

void find_silence(const AlertRule& rule, std::vector<FileProblem>& found) {
  Silence silence;
  silence.walk(*rule.expr);
  if (!silence.waits_for_none || silence.asks_for_absence) return;
  found.push_back({rule.file, rule.line, 0,
                   "warning: found a rule that waits for no growth, and is silent when the series "
                   "is not there at all; needed both; add \"or absent(...)\" of the series"});
}

}  // namespace

std::vector<FileProblem> find_mistakes(const RuleSet& rules, const MetricCatalogue& metrics) {
  std::vector<FileProblem> found;
  for (const RecordingRule& rule : rules.recordings) {
    Finder{found, {rule.file, rule.line, 0, {}}, metrics}.walk(*rule.expr);
    find_self_division(*rule.expr, {rule.file, rule.line, 0, {}}, found);
  }
  for (const RuleGroup& group : rules.groups) {
    for (const AlertRule& rule : group.rules) {
      Finder{found, {rule.file, rule.line, 0, {}}, metrics}.walk(*rule.expr);
      WordsOfAlert{rule, found}.find();
      find_silence(rule, found);
      find_self_division(*rule.expr, {rule.file, rule.line, 0, {}}, found);
      find_constant_value(rule, found);
    }
  }
  if (!metrics.empty()) find_unknown_series(rules, metrics, found);
  return found;
}

}  // namespace outrider::rules
