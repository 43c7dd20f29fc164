// SPDX-License-Identifier: Apache-2.0
#include "cli/status_text.hpp"

#include <nlohmann/json.hpp>

#include "cli/table.hpp"
#include "config/duration.hpp"
#include "outputs/status.hpp"

namespace outrider::cli {
namespace {

std::int64_t to_ms(std::chrono::nanoseconds time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

std::string labels_text(const GateLabels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ',';
    text += name + '=' + value;
  }
  return text;
}

std::string latch_word(const protection::Entry& latch) {
  return std::string(to_string(protection::state_after(latch.action)));
}

/// For how long, where that is decided: an entry block, a person's halt.
std::string term_text(const protection::Entry& latch) {
  const bool timed =
      latch.action == protection::Action::block_entries || latch.action == protection::Action::halt;
  if (!timed || needs_arming(latch)) return needs_arming(latch) ? "until armed" : "";
  const std::chrono::nanoseconds term{static_cast<std::int64_t>(latch.cause.value * 1e9)};
  return "for " + config::duration_text(term);
}

/// Who or what, and why.
std::string cause_text(const protection::Cause& cause) {
  std::string text(cause.rule.empty() ? cause.actor.view() : cause.rule.view());
  if (!cause.reason.empty()) text += ": " + std::string(cause.reason.view());
  return text;
}

std::string head(const Overview& overview) {
  std::string text = "sidecar: " + std::string(sidecar_word(overview.sidecar)) +
                     "    segments: " + overview.directory + '\n';
  if (overview.armed) {
    text += "armed since " + outputs::wall_text(overview.armed_since_ms) + '\n';
  } else {
    text += "UNARMED: no gate opens until a person arms\n";
  }
  if (overview.latches.condition == protection::Condition::damaged) {
    text += "the latch file cannot be read: " + overview.latches.problem + '\n';
  }
  if (overview.kill_requests > 0) {
    text +=
        "kill requests that wait for a sidecar: " + std::to_string(overview.kill_requests) + '\n';
  }
  return text;
}

/// What lifts the most restrictive latch, as a command to copy.
std::string advice(const Overview& overview) {
  const protection::Entry* worst = nullptr;
  for (const protection::Entry& latch : overview.latches.entries) {
    if (!needs_arming(latch)) continue;
    if (worst == nullptr || state_after(latch.action) > state_after(worst->action)) worst = &latch;
  }
  if (worst != nullptr) {
    return "\nto lift: outrider arm --scope " + printable(std::string(worst->scope.view())) +
           " --reason \"at least 20 characters that say why\"\n";
  }
  if (overview.armed) return {};
  return "\nto arm: outrider arm --reason \"at least 20 characters that say why\"\n";
}

nlohmann::json time_json(std::int64_t wall_ms) {
  return wall_ms == 0 ? nlohmann::json() : nlohmann::json(outputs::wall_text(wall_ms));
}

nlohmann::json latch_json(const protection::Entry& latch) {
  return {{"state", latch_word(latch)},          {"scope", latch.scope.view()},
          {"rule", latch.cause.rule.view()},     {"actor", latch.cause.actor.view()},
          {"reason", latch.cause.reason.view()}, {"value", latch.cause.value},
          {"until_armed", needs_arming(latch)},  {"since", time_json(to_ms(latch.wall))}};
}

}  // namespace

std::string_view sidecar_word(SidecarState state) {
  switch (state) {
    case SidecarState::running:
      return "running";
    case SidecarState::stalled:
      return "stalled";
    case SidecarState::absent:
      return "not running";
    case SidecarState::unknown:
      return "unknown";
  }
  return "unknown";
}

nlohmann::json gate_json(const GateOverview& gate) {
  nlohmann::json labels = nlohmann::json::object();
  for (const auto& [name, value] : gate.labels) labels[name] = value;
  return {{"producer", gate.producer},        {"gate", gate.gate},     {"labels", labels},
          {"state", to_string(gate.state)},   {"reason", gate.reason}, {"scope", gate.scope},
          {"since", time_json(gate.since_ms)}};
}

std::string status_text(const Overview& overview) {
  std::string text = head(overview);
  if (!overview.latches.entries.empty()) {
    std::vector<Row> rows{{"LATCH", "SCOPE", "SINCE", "TERM", "BY"}};
    for (const protection::Entry& latch : overview.latches.entries) {
      rows.push_back({latch_word(latch), std::string(latch.scope.view()),
                      outputs::wall_text(to_ms(latch.wall)), term_text(latch),
                      cause_text(latch.cause)});
    }
    text += '\n' + table(rows);
  }
  std::vector<Row> producers{{"PRODUCER", "STATE", "PID", "GENERATION"}};
  for (const ProducerOverview& each : overview.producers) {
    producers.push_back({each.name, std::string(to_string(each.state)), std::to_string(each.pid),
                         std::to_string(each.generation)});
  }
  text += producers.size() > 1 ? '\n' + table(producers) : "\nno producers\n";
  if (!overview.gates.empty()) {
    std::vector<Row> rows{{"GATE", "LABELS", "STATE", "SINCE", "SCOPE", "REASON"}};
    for (const GateOverview& gate : overview.gates) {
      rows.push_back({gate.producer + "/" + gate.gate, labels_text(gate.labels),
                      std::string(to_string(gate.state)), outputs::wall_text(gate.since_ms),
                      gate.scope, gate.reason});
    }
    text += '\n' + table(rows);
  }
  if (!overview.unanswered.empty()) {
    std::vector<Row> rows{{"NOT ANSWERED", "PRODUCER", "SINCE", "SCOPE", "PARAMETERS", "BY"}};
    for (const DirectiveOverview& each : overview.unanswered) {
      rows.push_back({each.directive, each.producer, outputs::wall_text(each.issued_ms), each.scope,
                      each.parameters, each.reason});
    }
    text += '\n' + table(rows);
  }
  for (const std::string& each : overview.unreadable)
    text += "cannot read " + printable(each) + '\n';
  return text + advice(overview);
}

std::string status_json(const Overview& overview) {
  nlohmann::json json{{"segment_dir", overview.directory},
                      {"sidecar", sidecar_word(overview.sidecar)},
                      {"armed", overview.armed},
                      {"armed_since", time_json(overview.armed ? overview.armed_since_ms : 0)},
                      {"latches", nlohmann::json::array()},
                      {"kill_requests", overview.kill_requests},
                      {"producers", nlohmann::json::array()},
                      {"gates", nlohmann::json::array()},
                      {"directives", nlohmann::json::array()},
                      {"unreadable", overview.unreadable}};
  for (const auto& latch : overview.latches.entries) json["latches"].push_back(latch_json(latch));
  for (const ProducerOverview& each : overview.producers) {
    json["producers"].push_back({{"name", each.name},
                                 {"state", to_string(each.state)},
                                 {"pid", each.pid},
                                 {"generation", each.generation}});
  }
  for (const GateOverview& gate : overview.gates) json["gates"].push_back(gate_json(gate));
  for (const DirectiveOverview& each : overview.unanswered) {
    json["directives"].push_back({{"producer", each.producer},
                                  {"directive", each.directive},
                                  {"parameters", each.parameters},
                                  {"scope", each.scope},
                                  {"reason", each.reason},
                                  {"issued", time_json(each.issued_ms)}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace outrider::cli
