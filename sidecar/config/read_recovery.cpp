// SPDX-License-Identifier: Apache-2.0
#include "config/read_recovery.hpp"

#include <algorithm>

#include "config/entry_fields.hpp"
#include "config/keys.hpp"
#include "config/problem.hpp"
#include "config/reader.hpp"

namespace outrider::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_steps = 16;

/// Those of the layout that traders share with the sidecar.
constexpr std::string_view directives[] = {"cancel_all",  "reduce",         "reconnect",
                                           "clear_cache", "reset_limits",   "restart",
                                           "scale_down",  "close_positions"};

void read_directive(const EntryFields& fields, RecoveryStep& step) {
  if (!fields.text("directive", step.directive)) return;
  if (std::find(std::begin(directives), std::end(directives), step.directive) ==
      std::end(directives)) {
    std::string known;
    for (const std::string_view each : directives)
      known += (known.empty() ? "" : ", ") + std::string{each};
    fields.problem(*fields.find("directive"), "directive",
                   "found " + in_quotes(step.directive) + "; needed one of " + known);
  }
  fields.text("parameters", step.parameters);
}

void read_step(const EntryFields& fields, RecoveryStep& step) {
  if (!fields.mapping().IsMap()) return;
  fields.duration("verify", step.verify, {10ms, 24h});
  const bool tells = fields.find("directive") != nullptr;
  const bool halts = fields.find("halt_new") != nullptr;
  const bool runs = fields.find("exec") != nullptr;
  if (tells + halts + runs != 1)
    return fields.lacks("found " + std::to_string(tells + halts + runs) +
                        " things to do; needed one of directive, halt_new, exec");
  if (tells) {
    fields.refuse_all_but({"directive", "parameters", "verify"});
    read_directive(fields, step);
  } else if (halts) {
    step.kind = RecoveryStep::Kind::halt;
    fields.refuse_all_but({"halt_new", "verify"});
    fields.duration("halt_new", step.halt, {100ms, 24h});
  } else {
    step.kind = RecoveryStep::Kind::exec;
    fields.refuse_all_but({"exec", "timeout", "verify"});
    fields.texts("exec", step.command);
    if (!step.command.empty())
      step.command.front() = fields.context().beside_the_file(step.command.front());
    fields.duration("timeout", step.timeout, {10ms, 1h});
  }
}

void read_steps(const EntryFields& fields, RecoveryConfig& recovery) {
  const YAML::Node* list = fields.find("steps");
  if (list == nullptr || !list->IsSequence() || list->size() == 0 || list->size() > most_steps)
    return fields.lacks(
        "found no list of 1 to 16 steps; needed what is to be tried; add steps: [...]");
  for (const YAML::Node& entry : *list) {
    const std::string at = fields.path() + ".steps[" + std::to_string(recovery.steps.size()) + ']';
    const EntryFields inner{at, entry, fields.context()};
    read_step(inner, recovery.steps.emplace_back());
  }
}

void read_one(const EntryFields& fields, RecoveryConfig& recovery) {
  fields.refuse_all_but({"alert", "scope", "cooldown", "steps"});
  if (const YAML::Node* alert = fields.find("alert"); alert == nullptr) {
    fields.lacks("found no alert; needed the name of one; add alert: NAME");
  } else if (fields.text("alert", recovery.alert)) {
    recovery.place = place_of(alert->Mark());
  }
  if (fields.text("scope", recovery.scope) && !is_scope(recovery.scope))
    fields.problem(*fields.find("scope"), "scope",
                   "found " + in_quotes(recovery.scope) +
                       "; needed global, host, or the name of a label of the alert");
  fields.duration("cooldown", recovery.cooldown, {1s, 24h});
  read_steps(fields, recovery);
}

}  // namespace

void read_recovery(std::vector<RecoveryConfig>& recovery, const YAML::Node& list,
                   const ReadContext& context) {
  read_entries({"recovery", list}, context, recovery, read_one);
}

}  // namespace outrider::config
