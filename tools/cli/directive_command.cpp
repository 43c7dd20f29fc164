// SPDX-License-Identifier: Apache-2.0
#include "cli/directive_command.hpp"

#include <cstdio>
#include <memory>
#include <vector>

#include "cli/control_client.hpp"
#include "outrider/shm/directive.hpp"
#include "protection/scope.hpp"

namespace outrider::cli {
namespace {

std::string kinds() {
  std::string text;
  for (std::uint64_t number = 1; number <= directive_kinds; ++number) {
    text += number == 1 ? "" : ", ";
    text += to_string(*directive_kind(number));
  }
  return text;
}

int direct(const ControlWish& wish, const Places& places) {
  if (!directive_kind(wish.directive)) {
    return complain(exit_usage,
                    "found directive \"" + wish.directive + "\"; needed one of " + kinds());
  }
  const std::string problem = protection::scope_problem(wish.scope);
  if (!problem.empty()) return complain(exit_usage, problem);
  const std::string_view wrong = shm::parameters_problem(wish.parameters);
  if (!wrong.empty()) {
    return complain(exit_usage, "found parameters that " + std::string{wrong} +
                                    "; needed --parameter key=value");
  }
  const ControlReply reply = ask_sidecar(places.door(), "/api/v1/directive", wish);
  const int code = exit_code_of(reply);
  if (code != exit_done) return complain(code, "nobody was told: " + reply.message);
  std::printf("%s\n", reply.message.c_str());
  return code;
}

}  // namespace

void add_directive_command(const Command& program, const Places& places) {
  const Command command = program.command("directive", "tells the traders of a scope: " + kinds());
  const auto wish = std::make_shared<ControlWish>();
  const auto parameters = std::make_shared<std::vector<std::string>>();
  wish->scope = protection::global_scope;
  command.option("kind", wish->directive, "what they are told to do").required();
  command.option("--scope", wish->scope,
                 "global, host, or label=value such as venue=binance; default global");
  command.option("--reason", wish->reason, "why, for the record").required();
  command.option("--parameter", *parameters, "key=value, as often as needed");
  command.does([wish, parameters, &places] {
    for (const std::string& each : *parameters)
      wish->parameters += (wish->parameters.empty() ? "" : ",") + each;
    return direct(*wish, places);
  });
}

}  // namespace outrider::cli
