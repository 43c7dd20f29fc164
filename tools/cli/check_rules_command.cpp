// SPDX-License-Identifier: Apache-2.0
#include "cli/check_rules_command.hpp"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/findings.hpp"
#include "rules/rule_file.hpp"

namespace outrider::cli {

namespace {

constexpr int exit_invalid = 2;

struct Options {
  std::vector<std::string> files;
  std::vector<std::string> metrics;
};

/// Nothing, and what is wrong is printed, when a list cannot be read.
std::optional<rules::MetricCatalogue> read_metrics(const std::vector<std::string>& files) {
  rules::MetricCatalogue metrics;
  for (const std::string& file : files) {
    const std::string problem = metrics.add(file);
    if (problem.empty()) continue;
    std::cerr << problem << '\n';
    return std::nullopt;
  }
  return metrics;
}

int check_rule_files(const Options& options) {
  const std::vector<std::string>& files = options.files;
  const auto metrics = read_metrics(options.metrics);
  if (!metrics) return exit_invalid;
  const rules::LoadResult loaded = rules::load_rule_files(files);
  for (const rules::FileProblem& problem : loaded.problems) std::cerr << problem.text() << '\n';
  if (!loaded.ok()) {
    const std::size_t count = loaded.problems.size();
    std::cerr << count << (count == 1 ? " problem\n" : " problems\n");
    return exit_invalid;
  }
  for (const rules::FileProblem& twin : rules::duplicate_alerts(loaded.rules)) {
    std::cerr << twin.text() << '\n';
  }
  for (const rules::FileProblem& mistake : rules::find_mistakes(loaded.rules, *metrics)) {
    std::cerr << mistake.text() << '\n';
  }
  std::cout << loaded.rules.rule_count() << " rule(s) in " << loaded.rules.groups.size()
            << " group(s): valid\n";
  return 0;
}

}  // namespace

void add_check_rules_command(const Command& check) {
  const auto options = std::make_shared<Options>();
  const Command command =
      check.command("rules", "Check Prometheus rule files as the sidecar would load them");
  command.option("FILE", options->files, "Rule files").required();
  command.option("--metrics", options->metrics,
                 "The metrics there are, as a profile's metrics.yml lists them: then names, "
                 "label values, types and buckets are checked, too");
  command.does([options] { return check_rule_files(*options); });
}

}  // namespace outrider::cli
