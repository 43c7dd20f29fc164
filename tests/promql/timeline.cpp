// SPDX-License-Identifier: Apache-2.0
#include "promql/timeline.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <functional>

namespace outrider::test {

namespace {

constexpr int ticks = 61;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::optional<double> none;

using Shape = std::function<std::optional<double>(int)>;

class Builder {
 public:
  void add(const std::string& name, const Labels& labels, const Shape& shape) {
    TimedSeries series{name, labels, {}};
    for (int i = 0; i < ticks; ++i) series.values.push_back(shape(i));
    timeline.push_back(std::move(series));
  }

  Timeline timeline;
};

void add_counters(Builder& builder) {
  builder.add("requests_total", {{"job", "api"}, {"instance", "a"}},
              [](int i) { return i < 20 ? 3.0 * i : 6.0 * (i - 20); });
  builder.add("requests_total", {{"job", "api"}, {"instance", "b"}},
              [](int i) { return 3000 + 0.75 * i; });
  builder.add("requests_total", {{"job", "web"}, {"instance", "a"}},
              [](int i) { return i % 13 == 0 ? 0.0 : 12.0 * (i % 13); });
  builder.add("errors_total", {{"job", "api"}, {"instance", "a"}},
              [](int i) { return 3.0 * (i / 5); });
  builder.add("errors_total", {{"job", "api"}, {"instance", "b"}}, [](int) { return 0.0; });
  builder.add("late_total", {{"job", "api"}},
              [](int i) { return i < 40 ? none : std::optional{0.75 * (i - 39)}; });
  builder.add("gone_total", {{"job", "api"}},
              [](int i) { return i < 30 ? std::optional{1.5 * i} : none; });
  builder.add("gappy_total", {{"job", "api"}},
              [](int i) { return i % 4 == 1 ? std::optional{2.0 * i} : none; });
}

void add_gauges(Builder& builder) {
  builder.add("load", {{"host", "a"}, {"dc", "x"}}, [](int i) { return 0.75 * (i % 7); });
  builder.add("load", {{"host", "b"}, {"dc", "x"}}, [](int i) { return 6 - 3.0 * (i % 3); });
  builder.add("load", {{"host", "c"}, {"dc", "y"}}, [](int i) { return -3.0 * i; });
  builder.add("limit", {{"host", "a"}}, [](int) { return 0.75; });
  builder.add("limit", {{"host", "b"}}, [](int) { return 3.0; });
  builder.add("limit", {{"host", "d"}}, [](int) { return 6.0; });
  builder.add("odd", {{"kind", "nan"}}, [](int) { return not_a_number; });
  builder.add("odd", {{"kind", "inf"}}, [](int) { return infinity; });
  builder.add("odd", {{"kind", "minus_inf"}}, [](int) { return -infinity; });
  builder.add("odd", {{"kind", "flips"}},
              [](int i) { return i % 5 == 0 ? not_a_number : static_cast<double>(i); });
  builder.add("odd", {{"kind", "peaks"}}, [](int i) { return i % 6 == 3 ? infinity : 0.7 * i; });
  builder.add("drift", {{"host", "a"}}, [](int i) { return 0.1 * (i % 7) - 1e5 / (i + 3); });
  builder.add("up", {{"job", "api"}}, [](int i) { return i == 50 ? 0.0 : 1.0; });
  builder.add("bare", {}, [](int i) { return 3.0 * i; });
}

void add_histogram(Builder& builder, const std::string& name, const std::string& job,
                   const std::vector<std::pair<std::string, double>>& buckets) {
  for (const auto& [bound, share] : buckets) {
    const double per_tick = share;
    builder.add(name, {{"job", job}, {"le", bound}}, [=](int i) { return per_tick * i; });
  }
}

void add_histograms(Builder& builder) {
  const std::string name = "latency_seconds_bucket";
  add_histogram(builder, name, "api", {{"0.1", 1}, {"0.5", 6}, {"1", 9}, {"+Inf", 10}});
  add_histogram(builder, name, "web", {{"0.1", 0}, {"0.5", 0}, {"1", 0}, {"+Inf", 3}});
  add_histogram(builder, name, "not_monotonic", {{"0.1", 4}, {"0.5", 2}, {"1", 8}, {"+Inf", 8}});
  add_histogram(builder, name, "no_inf", {{"0.1", 1}, {"1", 2}});
  add_histogram(builder, name, "only_inf", {{"+Inf", 2}});
  add_histogram(builder, name, "empty", {{"0.1", 0}, {"+Inf", 0}});
  add_histogram(builder, name, "same_bound", {{"1", 1}, {"1.0", 2}, {"2", 5}, {"+Inf", 5}});
  add_histogram(builder, name, "negative", {{"-1", 3}, {"0", 4}, {"1", 6}, {"+Inf", 6}});
  add_histogram(builder, name, "bad_bound", {{"abc", 3}, {"1", 6}, {"+Inf", 6}});
}

}  // namespace

// Values that meet in a sum are multiples of 3/4: such sums and means of three
// are exact in any order, and PromQL defines none (promtool shuffles).
Timeline sample_timeline() {
  Builder builder;
  add_counters(builder);
  add_gauges(builder);
  add_histograms(builder);
  return std::move(builder.timeline);
}

Result evaluate_on(const Timeline& timeline, const std::string& expr,
                   std::chrono::milliseconds at) {
  Result result;
  const promql::ParseResult parsed = promql::parse(expr);
  if (!parsed.expr) return {parsed.problems[0].reason, {}};
  SeriesTable table;
  for (const TimedSeries& series : timeline) table.add(series.name, series.labels);
  const promql::SeriesIndex index{table.series()};
  promql::HistoryRegistry histories;
  promql::BoundExpr bound = promql::bind(*parsed.expr, {index, histories, "test", tick});
  const auto show = [&](std::size_t i) {
    for (std::size_t series = 0; series < timeline.size(); ++series) {
      const auto& values = timeline[series].values;
      table.set(series, i < values.size() ? values[i] : none);
    }
  };
  for (std::size_t i = 0; tick * i <= at; ++i) {
    show(i);
    bound.evaluate(table, tick * i);
  }
  if (at % tick != std::chrono::milliseconds{0}) {
    show(timeline[0].values.size());
    bound.evaluate(table, at);
  }
  if (bound.error()) return {bound.error(), {}};
  for (std::size_t slot = 0; slot < bound.labels().size(); ++slot) {
    if (bound.present(slot)) result.elements.push_back({bound.labels()[slot], bound.value(slot)});
  }
  return result;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  std::array<char, 512> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
  return {text.data(), end};
}

}  // namespace outrider::test
