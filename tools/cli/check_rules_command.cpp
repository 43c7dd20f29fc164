// SPDX-License-Identifier: Apache-2.0
#include "cli/check_rules_command.hpp"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "rules/findings.hpp"
#include "rules/rule_file.hpp"

namespace outrider::cli {

namespace {

constexpr int exit_invalid = 2;

int check_rule_files(const std::vector<std::string>& files) {
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
  for (const rules::FileProblem& mistake : rules::find_mistakes(loaded.rules)) {
    std::cerr << mistake.text() << '\n';
  }
  std::cout << loaded.rules.rule_count() << " rule(s) in " << loaded.rules.groups.size()
            << " group(s): valid\n";
  return 0;
}

}  // namespace

void add_check_rules_command(CLI::App& check, int& exit_code) {
  const auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* const command =
      check.add_subcommand("rules", "Check Prometheus rule files as the sidecar would load them");
  command->add_option("FILE", *files, "Rule files")->required();
  command->callback([files, &exit_code] { exit_code = check_rule_files(*files); });
}

}  // namespace outrider::cli
