// SPDX-License-Identifier: Apache-2.0
#include "cli/arm_command.hpp"

#include <cstdio>
#include <memory>

#include "cli/control_client.hpp"
#include "protection/scope.hpp"

namespace outrider::cli {
namespace {

struct ArmOptions {
  std::string scope{protection::global_scope};
  std::string reason;
};

int arm(const ArmOptions& options, const Places& places) {
  const std::string problem = protection::scope_problem(options.scope);
  if (!problem.empty()) return complain(exit_usage, problem);
  const ControlReply reply =
      ask_sidecar(places.door(), "/api/v1/arm", {options.scope, options.reason});
  const int code = exit_code_of(reply);
  if (code == exit_nobody) {
    return complain(code, "not armed: " + reply.message + "; only a sidecar can arm");
  }
  if (code != exit_done) return complain(code, "not armed: " + reply.message);
  std::printf("%s\n", reply.message.c_str());
  return code;
}

}  // namespace

void add_arm_command(const Command& program, const Places& places) {
  const Command command =
      program.command("arm", "lift KILLED, UNARMED or what is held; on the record");
  const auto options = std::make_shared<ArmOptions>();
  command.option("--scope", options->scope,
                 "global, host, or label=value such as venue=binance; default global");
  command.option("--reason", options->reason, "why, in at least 20 characters").required();
  command.does([options, &places] { return arm(*options, places); });
}

}  // namespace outrider::cli
