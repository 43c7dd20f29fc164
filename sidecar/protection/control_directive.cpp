// SPDX-License-Identifier: Apache-2.0
// A person tells traders something.
#include "protection/control_wish.hpp"

namespace outrider::protection {
namespace {

std::string all_directives() {
  std::string text;
  for (std::uint64_t number = 1; number <= directive_kinds; ++number) {
    text += number == 1 ? "" : number == directive_kinds ? " or " : ", ";
    text += to_string(*directive_kind(number));
  }
  return text;
}

}  // namespace

/// As a kill: the traders are told first, and then it is written down. So what the
/// journal has was told, and nobody needs to tell it again after a restart.
ControlAnswer Control::direct(std::string_view body, const Caller& caller, const Now& now) {
  const Wish wish(body, caller, Role::killer, Wish::Takes::directive);
  if (!wish.problem.empty()) return refuse(wish, wish.status, wish.problem, now);
  const auto kind = directive_kind(wish.directive);
  const std::string_view wrong = shm::parameters_problem(wish.parameters);
  const std::optional<ScopeId> scope = protection_.find_scope(wish.scope);
  if (!kind)
    return refuse(wish, not_understood,
                  "found directive \"" + wish.directive + "\"; needed " + all_directives(), now);
  if (!wrong.empty())
    return refuse(wish, not_understood,
                  "found parameters that " + std::string(wrong) + "; needed key=value,key=value",
                  now);
  if (wish.reason.empty())
    return refuse(wish, not_understood, "found no reason; needed one, for the record", now);
  if (!scope) return refuse(wish, unknown_scope, unknown_to_us(wish.scope), now);
  Command command;
  command.kind = CommandKind::direct;
  command.scope = *scope;
  command.cause = wish.entry(Action::directive, now).cause;
  const std::string what = wish.directive + (wish.parameters.empty() ? "" : " " + wish.parameters);
  command.cause.reason.assign(what + ": " + wish.reason);
  command.directive = {kind, wish.parameters, wish.actor + ": " + wish.reason, 0};
  const std::uint64_t dropped = scribe_.dropped();
  const std::optional<Reply> reply = desk_.ask(command, patience_);
  if (!reply) return answer(unavailable, wish.scope, "", no_answer);
  return answer_in_force(
      answer(reply->told > 0 ? 200 : refused, wish.scope, to_string(reply->state),
             what + ": found " + std::to_string(reply->told) + " traders with a gate of " +
                 wish.scope + (reply->told > 0 ? ", told" : "; needed one that runs")),
      scribe_.why_unwritten(scribe_.mark(dropped), longest_wait_for_disk));
}

}  // namespace outrider::protection
