// SPDX-License-Identifier: Apache-2.0
#include "cli/halt_command.hpp"

#include <cstdio>
#include <memory>

#include "cli/control_client.hpp"
#include "config/duration.hpp"
#include "protection/scope.hpp"

namespace outrider::cli {
namespace {

int halt(const ControlWish& wish, const Places& places) {
  const std::string problem = protection::scope_problem(wish.scope);
  if (!problem.empty()) return complain(exit_usage, problem);
  if (!wish.duration.empty() && !config::parse_duration(wish.duration)) {
    return complain(exit_usage,
                    "found --for " + wish.duration + "; needed a duration such as 10m or 1h30m");
  }
  const ControlReply reply = ask_sidecar(places.door(), "/api/v1/halt", wish);
  const int code = exit_code_of(reply);
  if (code == exit_nobody) {
    return complain(code,
                    "no sidecar answers, and without one nothing opens; to be sure of it, "
                    "outrider kill: " +
                        reply.message);
  }
  if (code != exit_done) return complain(code, "not halted: " + reply.message);
  std::printf("%s\n", reply.message.c_str());
  return code;
}

}  // namespace

void add_halt_command(const Command& program, const Places& places) {
  const Command command = program.command("halt", "no new orders, for a time or until armed");
  const auto wish = std::make_shared<ControlWish>();
  wish->scope = protection::global_scope;
  wish->reason = "no reason given";
  command.option("--scope", wish->scope,
                 "global, host, or label=value such as venue=binance; default global");
  command.option("--reason", wish->reason, "why, for the record");
  command.option("--for", wish->duration, "how long, such as 10m; default until armed");
  command.does([wish, &places] { return halt(*wish, places); });
}

}  // namespace outrider::cli
