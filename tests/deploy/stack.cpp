// SPDX-License-Identifier: Apache-2.0
#include "deploy/stack.hpp"

#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace outrider::testing {

using namespace std::chrono_literals;

std::string address(int port) {
  return "127.0.0.1:" + std::to_string(port);
}

namespace {

std::string page_of(const std::string& service) {
  const std::string text =
      "# TYPE service_requests_total counter\nservice_requests_total{service=\"" + service +
      "\"} 1\n";
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(text.size()) + "\r\n\r\n" + text;
}

}  // namespace

std::string replaced(std::string text,
                     const std::vector<std::pair<std::string, std::string>>& pairs) {
  for (const auto& [found, instead] : pairs) {
    const std::size_t at = text.find(found);
    if (at == std::string::npos) throw std::runtime_error{"found no " + found + " in:\n" + text};
    text.replace(at, found.size(), instead);
  }
  return text;
}

bool Stack::as_shipped() {
  const char* wanted = std::getenv("OUTRIDER_STACK");
  return wanted != nullptr && wanted == std::string{"as-shipped"};
}

std::string Stack::shipped(const std::string& file) {
  return read_file(std::string{OUTRIDER_SOURCE_DIR} + "/tools/deploy/" + file);
}

std::string Stack::shipped_prometheus(const std::string& file) {
  if (as_shipped()) return shipped(file);
  return replaced(shipped(file), {{"scrape_interval: 15s", "scrape_interval: 1s"},
                                  {"scrape_timeout: 10s", "scrape_timeout: 1s"},
                                  {"evaluation_interval: 15s", "evaluation_interval: 1s"}});
}

void Stack::write_prometheus_files() const {
  std::filesystem::create_directories(path("targets"));
  std::filesystem::create_directories(path("rules"));
  write_file(path("prometheus.yml"), replaced(shipped_prometheus("prometheus.yml"),
                                              {{"localhost:9090", address(prometheus_port_)}}));
  write_file(path("outrider.rules.yml"), shipped("outrider.rules.yml"));
  write_file(path("rules/desk.rules.yml"),
             "groups: [{name: desk, rules: [{alert: ServiceGone, expr: \"up{job=~'.+-.+'} == 0\", "
             "labels: {severity: critical}}]}]\n");
  write_file(
      path("targets/outrider.yml"),
      replaced(shipped("targets/outrider.yml"), {{"127.0.0.1:9717", address(sidecar_->port())}}));
  write_file(path("targets/alertmanager.yml"),
             replaced(shipped("targets/alertmanager.yml"),
                      {{"127.0.0.1:9093", address(alertmanager_port_)}}));
  std::string targets = replaced(shipped("targets/services.yml"), {{"[]\n", ""}});
  int shipped_port = 8001;
  for (const char* service : services)
    targets = replaced(targets, {{"#- {", "- {"},
                                 {address(shipped_port++), address(servers_.at(service)->port())}});
  write_file(path("targets/services.yml"), targets);
}

/// The shipped routes; each receiver is the webhook.
void Stack::write_alertmanager_file() const {
  YAML::Node config = YAML::Load(shipped("alertmanager/alertmanager.yml"));
  for (YAML::Node receiver : config["receivers"]) {
    YAML::Node only;
    only["name"] = receiver["name"];
    only["webhook_configs"][0]["url"] = "http://" + address(webhook_port_) + "/hook";
    receiver = only;
  }
  write_file(path("alertmanager.yml"), YAML::Dump(config) + "\n");
}

Process Stack::start_prometheus(const std::string& config, const std::string& name, int port,
                                std::vector<std::string> more) const {
  std::vector<std::string> command{"/usr/bin/prometheus", "--web.listen-address=" + address(port)};
  // As in compose.yaml, but for the places.
  const YAML::Node stack = YAML::Load(shipped("compose.yaml"));
  for (const YAML::Node& flag : stack["services"]["prometheus"]["command"]) {
    auto text = flag.as<std::string>();
    if (text.starts_with("--config.file=")) text = "--config.file=" + path(config);
    if (text.starts_with("--storage.tsdb.path=")) text = "--storage.tsdb.path=" + path(name);
    command.push_back(text);
  }
  command.insert(command.end(), more.begin(), more.end());
  return Process{command, path(name + ".log")};
}

void Stack::SetUp() {
  for (const char* service : services)
    servers_[service] = std::make_unique<probes::TestServer>(page_of(service));
  write_file(path("loss.rules.yml"),
             "groups: [{name: loss, rules: [{alert: MaxLoss, expr: pnl_usd < -1000, "
             "labels: {severity: critical}}]}]\n");
  write_file(path("sidecar.yml"),
             replaced(shipped("container/sidecar.yml"),
                      {{"alertmanager:9093", address(alertmanager_port_)},
                       {"#rules: {file: [desk.rules.yml]}", "rules: {file: [loss.rules.yml]}"}}) +
                 "protection: {arm_at_start: true}\n");
  sidecar_.emplace(directory_.path(),
                   std::vector<std::string>{"--config.file=" + path("sidecar.yml")});
  producer_.emplace(ProducerOptions{.name = "desk-1", .directory = sidecar_->segments()});
  write_prometheus_files();
  write_alertmanager_file();
  webhook_ = Process{{std::string{OUTRIDER_SOURCE_DIR} + "/tests/deploy/webhook.py",
                      std::to_string(webhook_port_), path("told")},
                     path("webhook.log")};
  alertmanager_ =
      Process{{"/usr/bin/prometheus-alertmanager", "--config.file=" + path("alertmanager.yml"),
               "--storage.path=" + path("alertmanager"),
               "--cluster.listen-address=", "--web.listen-address=" + address(alertmanager_port_)},
              path("alertmanager.log")};
  prometheus_ = start_prometheus("prometheus.yml", "prometheus", prometheus_port_);
  ASSERT_TRUE(eventually([this] { return all_targets_are_up(); }, 60s))
      << read_file(path("prometheus.log")) << http_get(prometheus_port_, "/api/v1/targets");
}

std::string Stack::query(const std::string& encoded) const {
  return http_get(prometheus_port_, "/api/v1/query?query=" + encoded);
}

std::optional<double> Stack::value(const std::string& encoded) const {
  const auto answer = nlohmann::json::parse(query(encoded), nullptr, false);
  if (answer.is_discarded() || answer["data"]["result"].size() != 1) return std::nullopt;
  return std::stod(answer["data"]["result"][0]["value"][1].get<std::string>());
}

// The sidecar, Prometheus itself and four services.
bool Stack::all_targets_are_up() const {
  return value("sum(up)") == 6.0 && value("count(up)") == 6.0;
}

bool Stack::is_told(const std::string& alert) const {
  return std::filesystem::exists(path("told")) &&
         read_file(path("told")).find("\"alertname\":\"" + alert + "\"") != std::string::npos;
}

}  // namespace outrider::testing
