// SPDX-License-Identifier: Apache-2.0
#include "cli/check_config_command.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "config/address.hpp"
#include "config/load.hpp"
#include "config/paths.hpp"
#include "outputs/access.hpp"
#include "outputs/readers.hpp"
#include "rules/summary_fields.hpp"

namespace outrider::cli {

namespace {

constexpr int invalid_file = 2;

int check_config(const std::string& file) {
  config::Loaded loaded = config::load_file(file);
  if (const auto problem = config::check_escalation(loaded.config))
    loaded.problems.push_back(*problem);
  std::vector<std::string> problems;
  for (const config::Problem& problem : loaded.problems) {
    problems.push_back(config::to_text(problem));
  }
  for (const auto& problem : rules::check_summary_fields(loaded.config.alerting.summaries, file))
    problems.push_back(problem.text());
  outputs::Access::load(loaded.config.control, problems);
  outputs::Readers::load(loaded.config.web, problems);
  for (const std::string& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
  const std::size_t count = problems.size();
  if (count > 0) {
    std::fprintf(stderr, "%s: %zu %s\n", file.c_str(), count, count == 1 ? "problem" : "problems");
    return invalid_file;
  }
  const config::Config& config = loaded.config;
  for (const std::string& warning :
       {config::disk_warning(config::segment_directory(config, config::process_environment())),
        config::open_pages_warning(config.web)}) {
    if (!warning.empty()) std::fprintf(stderr, "%s: warning: %s\n", file.c_str(), warning.c_str());
  }
  const config::ProtectionConfig& protection = config.protection;
  std::printf(
      "%s: good; rule files: %zu, breakers: %zu, kill switches: %zu, entry blocks: %zu, cluster "
      "alerts: %zu\n",
      file.c_str(), config.rules.files.size(), protection.breakers.size(),
      protection.kill_switch.size(), protection.entry_blocks.size(),
      protection.cluster_alerts.size());
  return 0;
}

}  // namespace

void add_check_config_command(const Command& check) {
  const Command command = check.command("config", "report every problem of a configuration");
  const auto file = std::make_shared<std::string>();
  command.option("FILE", *file, "the configuration").required();
  command.does([file] { return check_config(*file); });
}

}  // namespace outrider::cli
