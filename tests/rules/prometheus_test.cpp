// SPDX-License-Identifier: Apache-2.0
// Our alerts before Prometheus' own: at every tick, what we say fires, with its
// labels and annotations, must be what promtool finds firing.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "promql/promtool.hpp"
#include "rules/engine.hpp"
#include "rules/rule_file.hpp"

using namespace std::chrono_literals;

namespace outrider::rules {
namespace {

using test::Timeline;

/// Firing alerts of one name at one time, as a unit test file lists them.
std::string alerts_yaml(const BoundRule& rule) {
  std::ostringstream out;
  const auto list = [&](const char* what, const aggregate::Labels& labels) {
    out << "      " << what << ":\n";
    for (const auto& [name, value] : labels) {
      if (name != "alertname") out << "        " << name << ": " << test::quoted(value) << "\n";
    }
  };
  for (const auto& instance : rule.instances()) {
    if (instance->state != AlertState::firing) continue;
    out << "    -\n";
    list("exp_labels", instance->labels);
    list("exp_annotations",
         expand_annotations(rule.rule(), instance->source_labels, instance->value));
  }
  return out.str();
}

struct Comparison {
  test::Verdict verdict;
  std::map<std::string, std::size_t> fired;  ///< ticks by name of the alert
};

/// Runs the rules over the timeline, and promtool over what they said.
Comparison compare(const std::string& rules_text, const Timeline& timeline) {
  const TemplateFacts facts{{{"dc", "lon"}, {"env", "production"}}, "http://desk-1:9717"};
  LoadResult loaded =
      parse_rule_text(rules_text, "rules.yml", {.default_interval = test::tick, .facts = facts});
  for (const FileProblem& problem : loaded.problems) ADD_FAILURE() << problem.text();
  Comparison comparison;
  if (!loaded.ok()) return comparison;
  // Without this promtool takes the groups in any order.
  std::string groups;
  for (const RuleGroup& group : loaded.rules.groups) groups += group.name + ", ";
  test::SeriesTable table;
  for (const auto& series : timeline) table.add(series.name, series.labels);
  Engine engine;
  const auto plan =
      engine.prepare(std::make_shared<const RuleSet>(std::move(loaded.rules)), table.schema());
  std::ostringstream out;
  out << "rule_files: [rules.yml]\nevaluation_interval: 1s\ngroup_eval_order: [" << groups
      << "]\ntests:\n- interval: 1s\n  external_url: " << facts.external_url
      << "\n  external_labels: {";
  for (const auto& [name, value] : facts.external_labels) out << name << ": " << value << ", ";
  out << "}\n" << test::input_series_yaml(timeline) << "  alert_rule_test:\n";
  for (std::size_t i = 0; i < timeline[0].values.size(); ++i) {
    for (std::size_t s = 0; s < timeline.size(); ++s) table.set(s, timeline[s].values[i]);
    plan->evaluate(table, test::tick * i);
    for (const BoundRule& rule : plan->rules()) {
      const std::string alerts = alerts_yaml(rule);
      out << "  - eval_time: " << i << "s\n    alertname: " << rule.rule().name
          << "\n    exp_alerts:" << (alerts.empty() ? " []\n" : "\n" + alerts);
      comparison.fired[rule.rule().name] += alerts.empty() ? 0 : 1;
    }
  }
  const test::ScratchDirectory directory;
  [[maybe_unused]] const std::string rules_path = directory.write("rules.yml", rules_text);
  comparison.verdict = test::run_promtool("test rules " + directory.write("test.yml", out.str()));
  return comparison;
}

void expect_agreement(const Comparison& comparison) {
  EXPECT_EQ(comparison.verdict.exit_code, 0) << comparison.verdict.output.substr(0, 4000);
  for (const auto& [alert, ticks] : comparison.fired) {
    EXPECT_GT(ticks, 0U) << alert << " never fired, so nothing was compared";
  }
}

TEST(Prometheus, FiresTheSameAlertsAtTheSameTimes) {
  expect_agreement(compare(R"(groups:
- name: g
  rules:
  - {alert: AtOnce, expr: load > 3}
  - {alert: Held, expr: load > 0, for: 3s}
  - {alert: HeldForNothing, expr: load > 0, for: 0s}
  - {alert: Kept, expr: load > 4, keep_firing_for: 4s}
  - {alert: HeldAndKept, expr: load > 2, for: 1s, keep_firing_for: 2s}
  - {alert: FractionOfATick, expr: load > 2, for: 1500ms, keep_firing_for: 1500ms}
  - {alert: Gone, expr: gone_total >= 0, keep_firing_for: 5s}
  - {alert: Rate, expr: 'rate(requests_total[5s]) > 8', for: 2s}
  - {alert: Absent, expr: 'absent(late_total{job="api"})', labels: {of: '{{ $labels.job }}'}}
  - alert: Labelled
    expr: max by (dc) (load) > 3
    labels: {dc: "<{{ $labels.dc }}>", level: page, empty: "{{ $labels.nothing }}"}
    annotations: {summary: "{{ $labels.dc }}{{$labels.host}} has {{ $value }}", plain: text}
  - {alert: Named, expr: bare > 100, annotations: {name: "{{ $labels.__name__ }}"}}
  - {alert: Always, expr: 1}
  - {alert: Zero, expr: 0}
  - {alert: Either, expr: load > 4 or load < -100}
)",
                           test::sample_timeline()));
}

TEST(Prometheus, RecordsTheSameSeries) {
  expect_agreement(compare(R"(groups:
- name: later
  rules:
  - {alert: OfALaterGroup, expr: 'dc:load:max > 3'}
- name: g
  rules:
  - {alert: OfALaterRule, expr: 'dc:load:max > 3', annotations: {v: "{{ $value }}"}}
  - {record: 'dc:load:max', expr: 'max by (dc, host) (load{host="b"})', labels: {kind: "{{ literally }}", a: b, dc: x, host: ""}}
  - alert: OfAnEarlierRule
    expr: dc:load:max > 3
    annotations: {name: "{{ $labels.__name__ }}", kind: "{{ $labels.kind }}", v: "{{ $value }}"}
  - {record: 'load:twice', expr: 2 * load}
  - {record: 'load:high', expr: 'load:twice > 8'}
  - {alert: ComesAndGoes, expr: 'load:high', labels: {host: "{{ $labels.host }}!"}}
  - {alert: Counted, expr: 'count(load:high) == 1'}
  - {alert: Vanished, expr: 'absent(load:high)'}
  - {record: 'api:requests:rate5s', expr: 'sum by (job) (rate(requests_total[5s]))'}
  - {alert: OverTime, expr: 'avg_over_time(api:requests:rate5s[10s]) > 4'}
  - {alert: Deriving, expr: 'delta(api:requests:rate5s[10s]) > 1'}
  - {alert: Before, expr: 'api:requests:rate5s offset 5s > 5'}
  - {record: constant, expr: 7}
  - {alert: OfAScalar, expr: constant == 7 and on() vector(time()) > 10}
  - {alert: ByPattern, expr: 'count({__name__=~"load:.*"}) > 3'}
- name: last
  rules:
  - {alert: Joined, expr: 'load:twice * on(host) group_left limit > 10'}
  - {alert: GoneWithItsSource, expr: 'gone:now', annotations: {v: "{{ $value }}"}}
  - {record: 'gone:now', expr: gone_total}
)",
                           test::sample_timeline()));
}

TEST(Prometheus, PrintsValuesTheSameWay) {
  Timeline timeline{{"x", {}, {}}};
  for (const double value :
       {0.0, 0.1, -0.25, 1e20, 1e21, 1.5e21, 123456789.0, 1e-4, 1e-5, 1.25e-7, 1.0 / 3, 1e300,
        5e-324, 100000.0, 1e6, 12345678901234567890.0, std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    timeline[0].values.emplace_back(value);
  }

  expect_agreement(
      compare("groups:\n- name: g\n  rules:\n"
              "  - {alert: A, expr: x, annotations: {v: '{{ $value }}'}}\n",
              timeline));
}

TEST(Prometheus, RendersFunctionsInTemplatesTheSameWay) {
  Timeline timeline{{"x", {{"side", "long and_short b-2c"}, {"who", "Ada's 東A"}}, {}}};
  for (const double value : {0.0,
                             1.0,
                             -1.0,
                             0.1,
                             -0.25,
                             0.974,
                             974.0,
                             999.96,
                             1000.0,
                             1023.0,
                             1024.0,
                             1025.5,
                             3600.0,
                             3661.0,
                             86399.9,
                             86400.0,
                             1e6,
                             123456.789,
                             1e-5,
                             -1.5e-7,
                             1e15,
                             1e24,
                             1e28,
                             5e-324,
                             1e300,
                             59.9999,
                             60.0,
                             -90.5,
                             0.00149,
                             0.85123,
                             1600000000.0,
                             1.6e9 + 0.125,
                             9.2e9,
                             1.0 / 3,
                             12345.6789,
                             std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    timeline[0].values.emplace_back(value);
  }

  expect_agreement(compare(R"(groups:
- name: g
  rules:
  - alert: A
    expr: x
    labels:
      side: "{{ $labels.side | toUpper }}"
    annotations:
      humanize: "{{ $value | humanize }}, {{ humanize $value }}, {{humanize .Value}}"
      k1024: "{{ $value | humanize1024 }}"
      duration: "{{ $value | humanizeDuration }}"
      percentage: "{{ $value | humanizePercentage }}"
      text: "{{ $labels.side | title }} {{ toLower $labels.who }} {{ .Labels.who | toUpper }}"
      twice: '{{ $labels.side | toUpper | toLower | title | printf "%s!" }}'
      fixed: '{{ printf "%.2f" $value }} {{ $value | printf "%8.1f|" }} {{ printf "%-9.3e|" $value }}'
      more: '{{ printf "%+.1f %g %v %.3g %08.2f %G %E" $value $value $value $value $value $value $value }}'
      mixed: '{{ printf "%s: %5s|%-22s|100%%" $labels.nothing (humanize $value) ($labels.who | title) }}'
      trimmed: "a {{- $labels.side -}} b {{/* nothing */}} c {{- /* nothing */ -}} d"
      raw: "{{ printf `%f` $value }}{{ `as it is` }}"
)",
                           timeline));
}

TEST(Prometheus, RendersExternalLabelsAndTheExternalUrlTheSameWay) {
  expect_agreement(compare(R"(groups:
- name: g
  rules:
  - alert: A
    expr: load > 3
    labels:
      env: "{{ $externalLabels.env }}"
      both: "{{ $labels.dc }} of {{ .ExternalLabels.dc | toUpper }}"
      from: "{{ $externalURL }}"
    annotations:
      nothing: "<{{ $externalLabels.nothing }}>"
      link: "{{ $externalURL }}/alerts {{ .ExternalURL }} {{ $externalURL | toUpper }}"
      text: '{{ printf "%s is %.1f" $externalLabels.env $value }}'
)",
                           test::sample_timeline()));
}

TEST(Prometheus, RendersTimesInTemplatesTheSameWay) {
  Timeline timeline{{"x", {}, {}}};
  for (const double value : {0.0, 1.5, -1.5, -0.001, 1600000000.0, 1600000000.125, 1600000000.0999,
                             9.2e9, -9.2e9, 951782400.0, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    timeline[0].values.emplace_back(value);
  }

  expect_agreement(
      compare("groups:\n- name: g\n  rules:\n"
              "  - {alert: A, expr: x, annotations: {v: '{{ $value | humanizeTimestamp }}'}}\n",
              timeline));
}

/// A gauge that is `bad` between two ticks and `good` before and after.
test::TimedSeries episode(const std::string& name, aggregate::Labels labels, double good,
                          double bad) {
  test::TimedSeries series{name, std::move(labels), {}};
  for (int i = 0; i < 500; ++i) series.values.emplace_back(i >= 100 && i < 450 ? bad : good);
  return series;
}

/// A count that grows by `step` a tick, but only between two ticks.
test::TimedSeries growth(const std::string& name, aggregate::Labels labels, double step) {
  test::TimedSeries series{name, std::move(labels), {}};
  for (int i = 0; i < 500; ++i) {
    series.values.emplace_back(step * std::min(std::max(i - 100, 0), 350));
  }
  return series;
}

Timeline troubled_sidecar() {
  const auto on = [](aggregate::Labels labels) {
    labels.insert(labels.end(), {{"job", "outrider"}, {"instance", "host-1:9717"}});
    return labels;
  };
  Timeline timeline{episode("up", on({}), 1, 0),
                    episode("outrider_config_last_reload_successful", on({}), 1, 0),
                    episode("outrider_journal_writable", on({}), 1, 0),
                    growth("outrider_flight_recordings_failed_total", on({}), 1),
                    episode("outrider_producer_up", on({{"producer", "gw-1"}}), 1, 0),
                    episode("outrider_producer_up", on({{"producer", "gw-2"}}), 1, 0),
                    episode("outrider_rule_no_data", on({{"alert", "Some"}}), 0, 1),
                    growth("outrider_samples_lost_total", on({{"cause", "bad id"}}), 0.5),
                    growth("outrider_samples_spilled_total", on({{"producer", "gw-1"}}), 3),
                    growth("outrider_samples_recorded_total", on({{"producer", "gw-1"}}), 30),
                    growth("outrider_trips_total", on({{"scope", "global"}, {"rule", "R"}}), 1),
                    growth("outrider_rule_evaluation_failures_total", on({}), 1),
                    episode("outrider_directives_overdue", on({{"producer", "gw-1"}}), 0, 2),
                    episode("outrider_orders_after_kill", on({{"producer", "gw-1"}}), 0, 1),
                    episode("outrider_recoveries_exhausted", on({}), 0, 1),
                    growth("outrider_directives_refused_total", on({{"producer", "gw-1"}}), 1)};
  for (const std::string state : {"stalled", "closed"}) {
    const std::string producer = state == "closed" ? "gw-2" : "gw-1";
    timeline.push_back(
        episode("outrider_producer_state", on({{"producer", producer}, {"state", state}}), 0, 1));
  }
  for (const std::string state : {"KILLED", "HALTED", "REDUCE_ONLY", "STALE", "UNARMED"}) {
    timeline.push_back(episode("outrider_gate_state",
                               on({{"producer", "gw-1"}, {"gate", "orders"}, {"state", state}}), 0,
                               1));
  }
  auto passes = growth("outrider_last_pass_timestamp_seconds", on({}), 1);
  timeline.push_back(passes);
  auto starting = episode("up", {{"job", "outrider"}, {"instance", "host-2:9717"}}, 1, 1);
  timeline.push_back(starting);
  return timeline;
}

/// Nothing at all for two minutes: what alerts on absence waits for.
void begin_with_nothing(Timeline& timeline) {
  for (auto& series : timeline) {
    series.values.insert(series.values.begin(), 120, std::nullopt);
  }
}

TEST(Prometheus, RaisesEveryAlertOfTheShippedFileAndSoDoWe) {
  std::ifstream file{std::string{OUTRIDER_SOURCE_DIR} + "/tools/deploy/outrider.rules.yml"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  Timeline timeline = troubled_sidecar();
  begin_with_nothing(timeline);

  expect_agreement(compare(text, timeline));
}

}  // namespace
}  // namespace outrider::rules
