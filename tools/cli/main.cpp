// SPDX-License-Identifier: Apache-2.0
// The `outrider` command: kill, halt, arm, directive, status, top, tail, dump, drill, history,
// journal, dashboards, check.
#include <CLI/CLI.hpp>
#include <exception>
#include <string>

#include "cli/alerts_command.hpp"
#include "cli/arm_command.hpp"
#include "cli/check_config_command.hpp"
#include "cli/check_rules_command.hpp"
#include "cli/dashboards_command.hpp"
#include "cli/directive_command.hpp"
#include "cli/drill_command.hpp"
#include "cli/dump_command.hpp"
#include "cli/halt_command.hpp"
#include "cli/history_command.hpp"
#include "cli/journal_command.hpp"
#include "cli/kill_command.hpp"
#include "cli/places.hpp"
#include "cli/query_command.hpp"
#include "cli/status_command.hpp"
#include "cli/tail_command.hpp"
#include "cli/top_command.hpp"
#include "config/usage.hpp"
#include "outputs/process_metrics.hpp"

namespace {

int run(int argc, const char* const* argv) {
  using namespace outrider::cli;
  CLI::App app("Looks at outrider's gates, closes them, and arms them again.", "outrider");
  app.set_version_flag("--version", std::string("outrider ") + outrider::outputs::version());
  app.footer(
      "Exit codes: 0 done, 1 failed or refused, 2 usage or invalid file, 3 not permitted, "
      "4 nobody to talk to.");
  app.require_subcommand(1);
  Places places;
  int exit_code = exit_done;
  add_places(app, places);
  add_kill_command(app, places, exit_code);
  add_halt_command(app, places, exit_code);
  add_arm_command(app, places, exit_code);
  add_directive_command(app, places, exit_code);
  add_status_command(app, places, exit_code);
  add_top_command(app, places, exit_code);
  add_tail_command(app, places, exit_code);
  add_alerts_command(app, places, exit_code);
  add_dump_command(app, places, exit_code);
  add_query_command(app, exit_code);
  add_drill_command(app, places, exit_code);
  add_history_command(app, exit_code);
  add_journal_command(app, exit_code);
  add_dashboards_command(app, exit_code);
  CLI::App* check = app.add_subcommand("check", "report every problem of a file");
  check->require_subcommand(1);
  add_check_config_command(*check, exit_code);
  add_check_rules_command(*check, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);  // --help, --version
  } catch (const CLI::ParseError& error) {
    return complain(exit_usage, outrider::config::usage_sentence(app, error));
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return outrider::cli::complain(outrider::cli::exit_failed, error.what());
  }
}
