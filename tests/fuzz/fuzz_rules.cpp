// SPDX-License-Identifier: Apache-2.0
// A rule file: read, bound to a few series, evaluated while they change, its
// templates expanded. An input that begins with `=` is one expression, with `~`
// one template, which saves the fuzzer the YAML around them.
#include <limits>

#include "fuzz/fuzz.hpp"
#include "promql/check.hpp"
#include "promql/series_table.hpp"
#include "rules/engine.hpp"
#include "rules/rule_file.hpp"

namespace outrider::fuzz {
namespace {

using namespace std::chrono_literals;

test::SeriesTable sample_series() {
  test::SeriesTable table;
  table.add("up", {{"job", "oms"}}, 1);
  table.add("orders_total", {{"venue", "binance"}, {"side", "buy"}}, 10);
  table.add("orders_total", {{"venue", "binance"}, {"side", "sell"}}, 3);
  table.add("orders_total", {{"venue", "kraken"}, {"side", "buy"}}, std::nullopt);
  table.add("equity", {{"venue", "binance"}}, -0.5);
  table.add("equity", {{"venue", "kraken"}}, std::numeric_limits<double>::quiet_NaN());
  for (const char* edge : {"0.1", "1", "+Inf"}) {
    table.add("send_seconds_bucket", {{"venue", "binance"}, {"le", edge}}, 5);
  }
  return table;
}

/// Numbers that sums and differences stumble over, and absence.
void change(test::SeriesTable& table, std::size_t step) {
  constexpr double numbers[] = {0, -1, 1e308, std::numeric_limits<double>::infinity(), 7};
  for (std::size_t i = 0; i < table.series().size(); ++i) {
    const std::size_t chosen = (i + step) % 6;
    table.set(i, chosen < 5 ? std::optional{numbers[chosen]} : std::nullopt);
  }
}

void run_template(std::string_view text) {
  rules::TextTemplate parsed;
  rules::TemplateProblem problem;
  if (!rules::TextTemplate::parse(text, parsed, problem)) {
    require(!problem.reason.empty() && problem.offset <= text.size(), "a refusal has its place");
    return;
  }
  ask(parsed.expand({{"venue", "binance"}}, 0.25));
  ask(parsed.expand({}, std::numeric_limits<double>::quiet_NaN()));
}

void run_expression(std::string_view text) {
  const promql::ParseResult parsed = promql::parse(text);
  require((parsed.expr == nullptr) == !parsed.problems.empty(), "a tree or a problem, not both");
  if (!parsed.problems.empty()) return;
  // What a rule may be: the loader refuses ranges and strings.
  const promql::ValueType type = promql::type_of(*parsed.expr);
  if (type != promql::ValueType::vector && type != promql::ValueType::scalar) return;
  test::SeriesTable table = sample_series();
  const promql::SeriesIndex index{table.schema()};
  promql::HistoryRegistry histories;
  promql::BoundExpr bound = promql::bind(*parsed.expr, {index, histories, "group", 1s});
  for (std::size_t step = 0; step < 8; ++step) {
    if (bound.evaluate(table, 1s * static_cast<int>(step))) {
      for (std::size_t slot = 0; slot < bound.labels().size(); ++slot) {
        if (bound.present(slot)) ask(bound.value(slot));
      }
    }
    change(table, step);
  }
}

void run_file(std::string_view text) {
  rules::LoadResult loaded = rules::parse_rule_text(text, "fuzz.yml");
  for (const rules::FileProblem& problem : loaded.problems) {
    require(!problem.reason.empty() && !problem.text().empty(), "a problem has its sentence");
  }
  if (!loaded.ok()) return;
  const auto rules = std::make_shared<const rules::RuleSet>(std::move(loaded.rules));
  test::SeriesTable table = sample_series();
  rules::Engine engine;
  auto plan = engine.prepare(rules, table.schema());
  for (std::size_t step = 0; step < 8; ++step) {
    plan->evaluate(table, 1s * static_cast<int>(step));
    for (const rules::Transition& each : plan->transitions()) {
      if (each.instance == nullptr) continue;
      ask(rules::expand_annotations(each.rule->rule(), each.instance->labels, each.value));
    }
    change(table, step);
    if (step == 4) plan = engine.prepare(rules, table.schema());
  }
}

}  // namespace

void run_one(Bytes input) {
  const std::string_view text = text_of(input);
  if (text.starts_with('=')) return run_expression(text.substr(1));
  if (text.starts_with('~')) return run_template(text.substr(1));
  run_file(text);
}

}  // namespace outrider::fuzz
