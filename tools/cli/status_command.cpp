// SPDX-License-Identifier: Apache-2.0
#include "cli/status_command.hpp"

#include <cstdio>
#include <memory>

#include "cli/status_text.hpp"

namespace outrider::cli {
namespace {

int show_status(bool as_json, const Places& places) {
  const Overview overview = look(places.directory());
  if (!overview.problem.empty()) {
    return complain(overview.not_permitted ? exit_not_permitted : exit_nobody, overview.problem);
  }
  std::fputs((as_json ? status_json(overview) : status_text(overview)).c_str(), stdout);
  return overview.a_gate_is_closed() ? exit_failed : exit_done;
}

}  // namespace

void add_status_command(const Command& program, const Places& places) {
  const Command command =
      program.command("status", "producers, gates and latches; 1: a gate is closed");
  const auto as_json = std::make_shared<bool>(false);
  command.flag("--json", *as_json, "for programs");
  command.does([as_json, &places] { return show_status(*as_json, places); });
}

}  // namespace outrider::cli
