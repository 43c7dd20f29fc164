// SPDX-License-Identifier: Apache-2.0
#include "cli/alerts_command.hpp"

#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/control_client.hpp"
#include "config/duration.hpp"
#include "outputs/status.hpp"
#include "outrider/shm/file.hpp"

namespace outrider::cli {
namespace {

using nlohmann::json;

struct AlertsOptions {
  std::string severity;
  std::string since = "1d";
  bool as_json = false;
};

std::string text_at(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// Firing and pending ones always; one that is over, if it ended since then.
bool is_wanted(const json& alert, const AlertsOptions& options, const std::string& from) {
  const std::string severity = text_at(alert.value("labels", json::object()), "severity");
  if (!options.severity.empty() && severity != options.severity) return false;
  return text_at(alert, "state") != "resolved" || text_at(alert, "endedAt") >= from;
}

void print_alert(const json& alert) {
  const json labels = alert.value("labels", json::object());
  std::string others;
  for (const auto& [name, value] : labels.items()) {
    if (name != "alertname" && name != "severity" && value.is_string())
      others += (others.empty() ? "" : ",") + name + '=' + value.get<std::string>();
  }
  std::string line = text_at(alert, "state") + "  " + text_at(labels, "severity") + "  " +
                     text_at(labels, "alertname") + '{' + others + "}  since " +
                     text_at(alert, "activeAt");
  if (text_at(alert, "state") == "resolved") line += " until " + text_at(alert, "endedAt");
  const std::string summary = text_at(alert.value("annotations", json::object()), "summary");
  if (!summary.empty()) line += "  " + summary;
  for (const json& name : alert.value("untold", json::array())) {
    if (name.is_string()) line += "  NOT YET TOLD: " + name.get<std::string>();
  }
  std::printf("%s\n", shm::shown(line).c_str());
}

void print_receiver(const json& receiver) {
  const std::string error = text_at(receiver, "last_error");
  const std::string line =
      "receiver " + text_at(receiver, "name") + ": breaker " + text_at(receiver, "breaker") +
      ", waiting " + receiver.value("waiting", json{0}).dump() + ", sent " +
      receiver.value("sent", json{0}).dump() + (error.empty() ? "" : "; last: " + error);
  std::printf("%s\n", shm::shown(line).c_str());
}

int show_alerts(const AlertsOptions& options, const Places& places) {
  const auto since = config::parse_duration(options.since);
  if (!since) return complain(exit_usage, "--since: found " + options.since + "; needed 1h, 30m");
  const std::string body = page_of_sidecar(places.door(), "/api/v1/alerts");
  json page = json::parse(body, nullptr, false);
  if (!page.is_object() || !page.contains("data"))
    return complain(exit_nobody, "no sidecar answers at " +
                                     (places.is_afar() ? places.control_address : places.socket()));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::string from = outputs::wall_text(
      std::chrono::duration_cast<std::chrono::milliseconds>(now - *since).count());
  json& data = page["data"];
  json wanted = json::array();
  for (const json& alert : data.value("alerts", json::array())) {
    if (is_wanted(alert, options, from)) wanted.push_back(alert);
  }
  data["alerts"] = std::move(wanted);
  if (options.as_json) {
    std::printf("%s\n", page.dump(2, ' ', false, json::error_handler_t::replace).c_str());
    return exit_done;
  }
  for (const json& alert : data["alerts"]) print_alert(alert);
  if (data["alerts"].empty()) std::printf("no alerts\n");
  for (const json& receiver : data.value("receivers", json::array())) print_receiver(receiver);
  if (const json poisoned = data.value("poisoned", json{0}); poisoned != 0)
    std::printf("%s refused and put aside; when the cause is gone: outrider alerts requeue\n",
                poisoned.dump().c_str());
  return exit_done;
}

int requeue(const Places& places) {
  const ControlReply reply = ask_sidecar(places.door(), "/api/v1/alerts/requeue", {"", ""});
  const int code = exit_code_of(reply);
  if (code != exit_done) return complain(code, "not requeued: " + reply.message);
  std::printf("%s\n", reply.message.c_str());
  return code;
}

}  // namespace

void add_alerts_command(const Command& program, const Places& places) {
  const Command command =
      program.command("alerts", "what fires, waits to fire, or did, and who knows");
  const auto options = std::make_shared<AlertsOptions>();
  command.option("--severity", options->severity, "only info, warning, critical or emergency");
  command.option("--since", options->since, "how long ago what is over may have ended; 1d");
  command.flag("--json", options->as_json, "for programs");
  const Command again = command.command("requeue", "send again what receivers have refused");
  again.does([&places] { return requeue(places); });
  command.does([options, &places] { return show_alerts(*options, places); });
}

}  // namespace outrider::cli
