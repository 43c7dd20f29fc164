// SPDX-License-Identifier: Apache-2.0
// What people type: kill, arm, status, and the exit codes that scripts read.
#include <sys/stat.h>

#include <filesystem>

#include "cases.hpp"

namespace outrider::inputs {
namespace {

constexpr const char* good_reason = " --reason 'limits checked with the desk'";

std::string with_sidecar(const Place& place, const std::string& command) {
  const Watched sidecar{place};
  return place.outrider("--control.socket " + place.path("control.sock") + " " + command);
}
std::string alone(const Place& place, const std::string& command) {
  return place.outrider(command);
}

std::string armed_twice(Place& place) {
  const Watched sidecar{place};
  const std::string arm =
      "--control.socket " + place.path("control.sock") + " arm" + std::string{good_reason};
  const std::string first = place.outrider(arm);
  const std::string again = place.outrider(arm);
  return first + "\n" + again;
}

/// A socket of root's own: another user may not even ask.
std::string not_permitted(const Place& place, const std::string& command) {
  const Watched sidecar{place};
  return as_nobody(
      [&] { return place.outrider("--control.socket " + place.path("control.sock") + command); });
}

/// What would kill again at once must be quiet before anybody arms.
std::string still_firing(Place& place) {
  Producer producer{place.options()};
  Writer writer = producer.writer("main");
  writer.gauge("daily_loss", "").set(2);
  const Gate gate = producer.gate("orders");
  const std::string rules = place.file("rules.yml",
                                       "groups:\n- name: g\n  rules:\n"
                                       "  - alert: DailyLoss\n    expr: daily_loss > 1\n");
  const std::string config =
      place.file("sidecar.yml", "rules:\n  file: " + rules +
                                    "\nprotection:\n  kill_switch:\n"
                                    "  - {alert: DailyLoss, scope: global}\n");
  const Watched sidecar{place, {"--config.file=" + config}};
  if (!testing::eventually([&] { return gate.state() == GateState::killed; })) return "not killed";
  return place.outrider("--control.socket " + place.path("control.sock") + " arm" +
                        std::string{good_reason});
}

std::string kill_not_permitted(Place& place) {
  return as_nobody([&] { return place.outrider("kill"); });
}
std::string kill_without_directory(Place& place) {
  return Place::program(binary("outrider") + " --segment.dir " + place.path("nowhere") + " kill");
}
std::string closed_gate(Place& place) {
  Producer producer{place.options()};
  producer.gate("orders");
  const std::string said = place.outrider("status");
  return said.substr(said.find("GATE"));
}

std::string dump_of_no_recording(Place& place) {
  std::filesystem::create_directory(place.path("reports"));
  const std::string folder = alone(place, "dump " + place.path("reports"));
  place.file("reports/recording.json", "{}");
  return folder + "\n" + alone(place, "dump " + place.path("reports")) + "\n" +
         alone(place, "dump gateway-1 gateway-2");
}

}  // namespace

Cases command_cases() {
  return {
      {"outrider: nothing to do", [](Place& p) { return alone(p, ""); }},
      {"outrider: unknown command", [](Place& p) { return alone(p, "stop"); }},
      {"outrider: unknown option", [](Place& p) { return alone(p, "status --jason"); }},
      {"outrider: check nothing", [](Place& p) { return alone(p, "check"); }},
      {"outrider: check config without file", [](Place& p) { return alone(p, "check config"); }},
      {"outrider: check what is no file's kind", [](Place& p) { return alone(p, "check file"); }},
      {"outrider: flag twice", [](Place& p) { return alone(p, "arm --scope host --scope host"); }},
      {"outrider: flag without value", [](Place& p) { return alone(p, "kill --scope"); }},
      {"outrider: word too many", [](Place& p) { return alone(p, "status all"); }},
      {"dump: no recording", dump_of_no_recording},
      {"kill: scope without value", [](Place& p) { return alone(p, "kill --scope venue"); }},
      {"kill: scope too long",
       [](Place& p) { return alone(p, "kill --scope venue=" + std::string(190, 'x')); }},
      {"kill: scope with a control character",
       [](Place& p) { return alone(p, "kill --scope \"$(printf 'venue=a\\001b')\""); }},
      {"kill: nobody there", [](Place& p) { return alone(p, "kill --reason 'duplicate fills'"); }},
      {"kill: not permitted", kill_not_permitted, true},
      {"kill: no directory", kill_without_directory},
      {"kill: done", [](Place& p) { return with_sidecar(p, "kill --reason 'duplicate fills'"); }},
      {"arm: no reason", [](Place& p) { return alone(p, "arm"); }},
      {"arm: reason too short", [](Place& p) { return with_sidecar(p, "arm --reason fixed"); }},
      {"arm: bad scope",
       [](Place& p) { return alone(p, "arm --scope venue=" + std::string{good_reason}); }},
      {"arm: scope that no gate has",
       [](Place& p) {
         return with_sidecar(p, "arm --scope venue=mars" + std::string{good_reason});
       }},
      {"arm: again within a minute", armed_twice},
      {"arm: an alert is still firing", still_firing},
      {"arm: nobody there", [](Place& p) { return alone(p, "arm" + std::string{good_reason}); }},
      {"arm: not permitted",
       [](Place& p) { return not_permitted(p, " arm" + std::string{good_reason}); }, true},
      {"status: a gate is closed", closed_gate},
      {"status: nothing there", [](Place& p) { return alone(p, "status"); }},
  };
}

}  // namespace outrider::inputs
