// SPDX-License-Identifier: Apache-2.0
// The `outrider` command: kill, halt, arm, directive, status, top, tail, dump, hlog, query,
// drill, history, journal, dashboards, check.
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
#include "cli/hlog_command.hpp"
#include "cli/journal_command.hpp"
#include "cli/kill_command.hpp"
#include "cli/places.hpp"
#include "cli/query_command.hpp"
#include "cli/status_command.hpp"
#include "cli/tail_command.hpp"
#include "cli/top_command.hpp"
#include "outputs/process_metrics.hpp"

namespace outrider::cli {
namespace {

void define(const Command& program, Places& places) {
  program.footer(
      "Exit codes: 0 done, 1 failed or refused, 2 usage or invalid file, 3 not permitted, "
      "4 nobody to talk to.");
  program.needs_command();
  add_places(program, places);
  add_kill_command(program, places);
  add_halt_command(program, places);
  add_arm_command(program, places);
  add_directive_command(program, places);
  add_status_command(program, places);
  add_top_command(program, places);
  add_tail_command(program, places);
  add_alerts_command(program, places);
  add_dump_command(program, places);
  add_hlog_command(program, places);
  add_query_command(program);
  add_drill_command(program, places);
  add_history_command(program);
  add_journal_command(program);
  add_dashboards_command(program);
  const Command check = program.command("check", "report every problem of a file");
  check.needs_command();
  add_check_config_command(check);
  add_check_rules_command(check);
}

}  // namespace
}  // namespace outrider::cli

int main(int argc, char** argv) {
  using namespace outrider::cli;
  try {
    Places places;
    return run(
        {"outrider", "Looks at outrider's gates, closes them, and arms them again.",
         "outrider " + std::string(outrider::outputs::version())},
        [&places](const Command& program) { define(program, places); }, argc, argv);
  } catch (const std::exception& error) {
    return complain(exit_failed, error.what());
  }
}
