// SPDX-License-Identifier: Apache-2.0
// Every expression of every dashboard, asked of a real Prometheus that scrapes a real sidecar
// with the profile's own configuration and a trader that publishes what the profile lists.
#include <gtest/gtest.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "dashboards/shipped.hpp"
#include "dashboards/variables.hpp"
#include "profiles/profile.hpp"

namespace outrider::testing {
namespace {

using Answer = std::vector<std::map<std::string, std::string>>;  // of each element its labels

std::string url_encoded(const std::string& text) {
  std::ostringstream encoded;
  encoded << std::hex << std::uppercase;
  for (const char each : text) {
    const auto c = static_cast<unsigned char>(each);
    std::isalnum(c) != 0 ? encoded << c : encoded << '%' << (c < 16 ? "0" : "") << int{c};
  }
  return encoded.str();
}

/// Every combination of the values that a profile lists, as ends of series: `{a="1",b="2"}`.
std::vector<std::string> label_sets(const YAML::Node& labels) {
  std::vector<std::string> sets{""};
  for (const auto& label : labels) {
    std::vector<std::string> longer;
    for (const std::string& set : sets) {
      for (const YAML::Node& value : label.second) {
        if (value.Scalar() == "...") continue;
        longer.push_back(set + (set.empty() ? "{" : ",") + label.first.Scalar() + "=\"" +
                         value.Scalar() + '"');
      }
    }
    sets = longer;
  }
  for (std::string& set : sets) set += set.empty() ? "" : "}";
  return sets;
}

/// What a trader holds that publishes all of a metrics.yml: counters and histograms move.
Levels all_of(const YAML::Node& metrics) {
  Levels levels;
  for (const YAML::Node& metric : metrics) {
    const auto source = metric["source"].as<std::string>("trader");
    if (source != "trader" && source != "probe") continue;
    const auto type = metric["type"].as<std::string>();
    const YAML::Node buckets = metric["buckets"];
    std::string level = type == "counter" ? "+1" : "1";
    if (type == "histogram") level = "@" + buckets[buckets.size() / 2].Scalar();
    for (const std::string& labels : label_sets(metric["labels"]))
      levels[metric["name"].Scalar() + labels] = level;
  }
  return levels;
}

/// What must move, or fail, for a figure to be there.
const Levels livelier{
    {"thunes_realized_pnl_usdt", "~3,-1"},
    {"thunes_api_failure_streak{breaker_name=\"BinanceAPI\"}", "+1"},
    {"graphwiz_account_pnl_usd{type=\"realized\"}", "~3,-1"},
};

/// A past as long as the window: an hour, a day, a week.
const std::set<std::string> needs_a_past{"max(graphwiz_portfolio_returns_1h)",
                                         "max(graphwiz_portfolio_returns_24h)",
                                         "max(graphwiz_portfolio_returns_7d)"};

/// A sidecar and a trader of one system, and a Prometheus where it is wanted.
class Running {
 public:
  explicit Running(std::string system) : system_{std::move(system)} {
    for (const std::string& name : rule_files(system_)) {
      write_file(at(name), shortened(read_file(profile_file(system_, name)),
                                     {{"interval: \\w+", "interval: 200ms"}}));
      rules_ += (rules_.empty() ? "" : ", ") + at(name);
    }
    write_file(at("sidecar.yml"),
               shortened(read_file(profile_file(system_, "sidecar.yml")),
                         {{"\nprotection:\n", "\nprotection:\n  arm_at_start: true\n"}}) +
                   "\nhistory: {interval: 1s}\n");
    sidecar_.emplace(directory_.path(),
                     std::vector<std::string>{"--config.file=" + at("sidecar.yml")});
    start_trader();
  }

  void start_prometheus() {
    write_file(at("prometheus.yml"),
               "global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: "
               "200ms}\nrule_files: [" +
                   rules_ + "]\nscrape_configs:\n- job_name: outrider\n  static_configs: " +
                   "[{targets: ['127.0.0.1:" + std::to_string(sidecar_->port()) + "']}]\n");
    prometheus_ = Process{{"/usr/bin/prometheus", "--config.file=" + at("prometheus.yml"),
                           "--storage.tsdb.path=" + at("tsdb"),
                           "--web.listen-address=127.0.0.1:" + std::to_string(prometheus_port_)},
                          at("prometheus.log")};
  }

  [[nodiscard]] int prometheus_port() const { return prometheus_port_; }
  [[nodiscard]] int sidecar_port() const { return sidecar_->port(); }

 private:
  void start_trader() {
    const std::string metrics = profile_file(system_, "metrics.yml");
    Levels levels = all_of(YAML::LoadFile(metrics)["metrics"]);
    for (const auto& [series, level] : livelier)
      if (levels.contains(series)) levels[series] = level;
    std::string text;
    for (const auto& [series, level] : levels) text += series + ' ' + level + '\n';
    write_file(at("levels"), text);
    trader_ = Process{{std::string{OUTRIDER_BIN_DIR} + "/profile_trader", sidecar_->segments(),
                       system_, metrics, at("levels")},
                      at("trader.log")};
  }

  [[nodiscard]] std::string at(const std::string& name) const {
    return directory_.path() + '/' + name;
  }

  const std::string system_;
  TempDirectory directory_;
  std::optional<SidecarProcess> sidecar_;
  Process trader_;
  std::string rules_;  ///< files, as a YAML list has them
  const int prometheus_port_ = free_port();
  Process prometheus_;
};

/// What Grafana would ask of a data source; an error is an answer that no test expects.
Answer ask(int port, const std::string& expression,
           const std::vector<dashboards::Variable>& variables) {
  dashboards::Values values = dashboards::sample_values(variables);
  values["__rate_interval"] = "10s";
  values["latency"] = "thunes_order_latency_ms";
  for (const dashboards::Variable& variable : variables)
    if (variable.all) values[variable.name] = ".*";
  const std::string asked = dashboards::fill_in(expression, values).text;
  const std::string said = http_get(port, "/api/v1/query?query=" + url_encoded(asked));
  const auto json = nlohmann::json::parse(said, nullptr, false);
  if (json.is_discarded()) return {};
  EXPECT_EQ(json["status"], "success") << asked << '\n' << said;
  Answer answer;
  for (const auto& element : json["data"]["result"]) answer.push_back(element["metric"]);
  return answer;
}

/// A legend with labels is for any number of series that have them; without, for one.
bool is_as_expected(const Answer& answer, const std::string& legend) {
  re2::StringPiece rest{legend};
  std::string label;
  bool has_labels = false;
  while (RE2::FindAndConsume(&rest, "{{(\\w+)}}", &label)) {
    has_labels = true;
    for (const auto& labels : answer)
      if (!labels.contains(label)) return false;
  }
  return has_labels ? !answer.empty() : answer.size() == 1;
}

/// Of all panels of all dashboards of a system.
void expect_all_answered(int port, const std::string& system, const std::string& but = "none") {
  for (const dashboards::Dashboard& dashboard : described(system)) {
    for (const dashboards::Panel& panel : dashboard.panels) {
      for (const dashboards::Query& query : panel.queries) {
        if (needs_a_past.contains(query.expr) || query.legend == but) continue;
        EXPECT_TRUE(eventually([&] {
          return is_as_expected(ask(port, query.expr, dashboard.variables), query.legend);
        })) << dashboard.uid
            << ", " << panel.title << ": " << query.expr << "\nyields "
            << ::testing::PrintToString(ask(port, query.expr, dashboard.variables));
      }
    }
  }
}

// Breaks it: tools/deploy/profiles/thunes/dashboards.yml: `{expr: sum(thunes_open_positions)}` ->
// `{expr: sum(thunes_positions_open)}`
TEST(ChecklistR96, EachQueryOfEachPanelIsAnsweredByPrometheusWithItsLabels) {
  std::map<std::string, Running> all;
  for (const char* system : {"go_bot", "graphwiz", "thunes", "trading_platform"})
    all.try_emplace(system, system).first->second.start_prometheus();

  for (const auto& [system, running] : all) expect_all_answered(running.prometheus_port(), system);
  expect_all_answered(all.at("thunes").prometheus_port(), "outrider");
}

// Breaks it: sidecar/outputs/query_api.cpp: `"/api/v1/query", of_history` -> `"/api/v1/queries",
// of_history`
TEST(ChecklistR96, WithoutAPrometheusTheSidecarAnswersThemItself) {
  std::map<std::string, Running> all;
  for (const char* system : {"go_bot", "graphwiz", "thunes", "trading_platform"})
    all.try_emplace(system, system);

  for (const auto& [system, running] : all) expect_all_answered(running.sidecar_port(), system);
  // The instance is a label that only a scrape adds.
  expect_all_answered(all.at("thunes").sidecar_port(), "outrider", "{{instance}}");
}

}  // namespace
}  // namespace outrider::testing
