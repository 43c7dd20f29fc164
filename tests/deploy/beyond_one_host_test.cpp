// SPDX-License-Identifier: Apache-2.0
// Beyond one host, as the operator's guide says it, with what is shipped and what it shows: two
// hosts send their series to a store and are federated, and a loss that only both together make
// closes the gates of each, through a cluster of Alertmanagers of which one is killed.
#include <signal.h>
#include <sys/stat.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "deploy/stack.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using Texts = std::vector<std::pair<std::string, std::string>>;

constexpr const char* killer_token = "0123456789abcdef0123";

/// A sidecar with a trader, and the ports of the Prometheus beside it.
struct Host {
  Host(const std::string& directory, std::string its_name, const Texts& sidecar_yml)
      : name{std::move(its_name)}, root{directory + "/" + name} {
    std::filesystem::create_directories(root + "/targets");
    write_file(root + "/killers", std::string{"alertmanager "} + killer_token + "\n");
    ::chmod((root + "/killers").c_str(), 0600);
    Texts places{{"10.0.0.1:9718", address(control_port)},
                 {"/etc/outrider/killers", root + "/killers"},
                 {"protection:\n", "protection:\n  arm_at_start: true\n"},
                 {"host: host-1", "host: " + name}};
    places.insert(places.end(), sidecar_yml.begin(), sidecar_yml.end());
    write_file(
        root + "/sidecar.yml",
        replaced(read_file(std::string{OUTRIDER_SOURCE_DIR} + "/tests/deploy/host.yml"), places));
    sidecar.emplace(root, std::vector<std::string>{"--config.file=" + root + "/sidecar.yml"});
    producer.emplace(ProducerOptions{.name = "desk-1", .directory = sidecar->segments()});
    gate = producer->gate("orders");
    pnl = producer->writer("main").gauge("pnl_usd", "Profit and loss of the day");
  }
  [[nodiscard]] bool becomes(GateState state) const {
    return eventually([&] { return gate.state() == state; }, 60s);
  }

  const std::string name;
  const std::string root;
  const int control_port = free_port();
  const int prometheus_port = free_port();
  std::optional<SidecarProcess> sidecar;
  std::optional<Producer> producer;
  Gate gate;
  Gauge pnl;
  Process prometheus;
};

/// What is said in JSON; curl, because these answer in chunks.
json asked(int port, const std::string& path) {
  std::string answer;
  run("curl -sgm 5 'http://" + address(port) + path + "'", &answer);
  return json::parse(answer, nullptr, false);
}

json results_of(int port, const std::string& query) {
  const json answer = asked(port, "/api/v1/query?nocache=1&query=" + query);
  return answer.is_object() ? answer["data"]["result"] : json{};
}

double metric_at(int port, const std::string& series) {
  std::string page;
  run("curl -sm 5 http://" + address(port) + "/metrics", &page);
  const std::size_t at = page.find("\n" + series + " ");
  return at == std::string::npos ? 0 : std::stod(page.substr(at + series.size() + 2));
}

using Labels = std::map<std::string, std::string>;

/// The series of outrider that a Prometheus, or what answers as one, has now.
std::set<Labels> series_at(int port) {
  std::set<Labels> found;
  for (const json& element : results_of(port, "{job=\"outrider\"}"))
    found.insert(element["metric"].get<Labels>());
  return found;
}

/// The times and values of one series in the last minute.
std::vector<std::pair<double, std::string>> samples_at(int port, const std::string& series) {
  const json found = results_of(port, series + "[1m]");
  if (found.size() != 1) return {};
  return found[0]["values"];
}

class BeyondOneHost : public Stack {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(path("targets"));
    for (Host* host : {&a_, &b_}) start_prometheus_of(*host);
    write_file(
        path("targets/hosts.yml"),
        replaced(shipped("targets/hosts.yml"), {{"[]\n", ""},
                                                {"#- ", "- "},
                                                {"10.0.0.1:9090", address(a_.prometheus_port)},
                                                {"10.0.0.2:9090", address(b_.prometheus_port)}}));
    write_file(path("hosts.rules.yml"), replaced(shipped("hosts.rules.yml"),
                                                 {{"for: 1m", "for: 1s"},
                                                  {"#- alert: ClusterLoss", "- alert: ClusterLoss"},
                                                  {"#  expr: sum", "  expr: sum"},
                                                  {"#  labels: {", "  labels: {"},
                                                  {"#  annotations: {", "  annotations: {"}}));
    write_file(path("central.yml"), shipped_prometheus("central.yml"));
    prometheus_ = start_prometheus("central.yml", "central", prometheus_port_);
  }

  /// The shipped file, with what the guide has taken the # from.
  void start_prometheus_of(Host& host) const {
    write_file(host.root + "/outrider.rules.yml", shipped("outrider.rules.yml"));
    write_file(host.root + "/targets/outrider.yml",
               replaced(shipped("targets/outrider.yml"),
                        {{"127.0.0.1:9717", address(host.sidecar->port())}}));
    for (const std::string& place : {path("targets"), host.root + "/targets"})
      write_file(place + "/alertmanager.yml",
                 replaced(shipped("targets/alertmanager.yml"),
                          {{"\"127.0.0.1:9093\"", '"' + address(alertmanager_port_) + "\", \"" +
                                                      address(other_alertmanager_port_) + '"'}}));
    write_file(host.root + "/prometheus.yml",
               replaced(shipped_prometheus("prometheus.yml"),
                        {{"#host: host-1", "host: " + host.name},
                         {"localhost:9090", address(host.prometheus_port)},
                         {"#remote_write:", "remote_write:"},
                         {"#  - url:", "  - url:"},
                         {"127.0.0.1:8428", address(store_port_)}}));
    host.prometheus = start_prometheus(host.name + "/prometheus.yml", host.name + "/prometheus",
                                       host.prometheus_port);
  }

  void start_store() {
    store_ = Process{{"/usr/bin/victoria-metrics", "-storageDataPath=" + path("store"),
                      "-httpListenAddr=" + address(store_port_), "-memory.allowedBytes=64MB",
                      // Else what is younger than 30 s is not told.
                      "-search.latencyOffset=0s"},
                     path("store.log")};
  }

  /// The shipped routes: hosts are told as the guide says, people by the webhook.
  void write_cluster_alertmanager_file() const {
    write_alertmanager_file();
    YAML::Node config = YAML::LoadFile(path("alertmanager.yml"));
    const YAML::Node as_shipped = YAML::Load(shipped("alertmanager/alertmanager.yml"));
    write_file(path("outrider_killer"), killer_token);
    YAML::Node hosts = config["receivers"][0];
    hosts["webhook_configs"] = YAML::Node{};
    for (const Host* host : {&a_, &b_}) {
      YAML::Node webhook = YAML::Clone(as_shipped["receivers"][0]["webhook_configs"][0]);
      webhook["url"] =
          replaced(webhook["url"].Scalar(), {{"127.0.0.1:9718", address(host->control_port)}});
      webhook["http_config"]["authorization"]["credentials_file"] = path("outrider_killer");
      hosts["webhook_configs"].push_back(webhook);
    }
    write_file(path("alertmanager.yml"), YAML::Dump(config) + "\n");
  }

  [[nodiscard]] Process start_member(int port, int own, int peer) const {
    const std::string name = "alertmanager-" + std::to_string(port);
    return Process{{"/usr/bin/prometheus-alertmanager", "--config.file=" + path("alertmanager.yml"),
                    "--storage.path=" + path(name), "--web.listen-address=" + address(port),
                    "--cluster.listen-address=" + address(own), "--cluster.peer=" + address(peer),
                    // As quick as the rest of a test; the least that they need is 15 s else.
                    "--cluster.peer-timeout=1s", "--cluster.gossip-interval=20ms",
                    "--cluster.probe-interval=200ms", "--cluster.probe-timeout=150ms"},
                   path(name + ".log")};
  }
  void start_cluster() {
    write_cluster_alertmanager_file();
    webhook_ = Process{{std::string{OUTRIDER_SOURCE_DIR} + "/tests/deploy/webhook.py",
                        std::to_string(webhook_port_), path("told")},
                       path("webhook.log")};
    const int gossip = free_port();
    const int other_gossip = free_port();
    alertmanager_ = start_member(alertmanager_port_, gossip, other_gossip);
    other_alertmanager_ = start_member(other_alertmanager_port_, other_gossip, gossip);
    for (const int port : {alertmanager_port_, other_alertmanager_port_})
      ASSERT_TRUE(eventually([&] {
        const json status = asked(port, "/api/v2/status");
        return status.is_object() && status["cluster"]["status"] == "ready" &&
               status["cluster"]["peers"].size() == 2;
      })) << read_file(path("alertmanager-" + std::to_string(port) + ".log"));
  }
  /// How often people were told that this fires.
  [[nodiscard]] int times_told(const std::string& alert) const {
    std::istringstream told{read_file(path("told"))};
    int times = 0;
    for (std::string line; std::getline(told, line);) {
      const json message = json::parse(line, nullptr, false);
      if (!message.is_object()) continue;  // the end of one, or not all of it yet
      for (const json& each : message["alerts"])
        times += each["status"] == "firing" && each["labels"]["alertname"] == alert ? 1 : 0;
    }
    return times;
  }

  /// Whether the other Alertmanager knows what the first has told people: else, without the
  /// first, it would tell them again.
  [[nodiscard]] bool the_other_knows() const {
    return metric_at(other_alertmanager_port_,
                     "alertmanager_nflog_gossip_messages_propagated_total") >=
           metric_at(alertmanager_port_,
                     "alertmanager_notifications_total{integration=\"webhook\"}");
  }

  int store_port_ = free_port();
  int other_alertmanager_port_ = free_port();
  const Texts of_both_{{"http://10.0.0.1:9093", "http://" + address(alertmanager_port_)},
                       {"http://10.0.0.2:9093", "http://" + address(other_alertmanager_port_)}};
  Host a_{directory_.path(), "host-1", of_both_};
  Host b_{directory_.path(), "host-2", of_both_};
  Process store_;
  Process other_alertmanager_;
};

using ChecklistR115 = BeyondOneHost;
// Breaks it: tools/deploy/prometheus.yml: `/api/v1/write` -> `/api/v1/written`
TEST_F(ChecklistR115, TheStoreHasEachSeriesOnceWithItsHostAndEachSampleOnce) {
  start_store();
  const auto all_of_both = [&] {
    std::set<Labels> all;
    for (const Host* host : {&a_, &b_})
      for (Labels series : series_at(host->prometheus_port)) {
        series.insert({{"env", "production"}, {"host", host->name}});
        all.insert(series);
      }
    return all;
  };

  EXPECT_TRUE(eventually(
      [&] {
        const std::set<Labels> sent = series_at(store_port_);
        return sent.size() > 100 && sent == all_of_both();
      },
      60s))
      << series_at(store_port_).size() << " of " << all_of_both().size() << "\n"
      << read_file(path("store.log"));

  for (const Host* host : {&a_, &b_}) {
    const std::string series = "outrider_passes_total{host=\"" + host->name + "\"}";
    ASSERT_TRUE(eventually([&] { return samples_at(store_port_, series).size() >= 3; }, 60s))
        << results_of(store_port_, series + "[1m]").dump() << "\nits own Prometheus has "
        << results_of(host->prometheus_port, series + "[1m]").dump();
    const auto sent = samples_at(store_port_, series);
    const auto own = samples_at(host->prometheus_port, series);
    const std::set known(own.begin(), own.end());
    EXPECT_EQ(std::set(sent.begin(), sent.end()).size(), sent.size()) << "a sample twice";
    for (const auto& sample : sent) EXPECT_TRUE(known.contains(sample)) << sample.first;
  }
}

// Breaks it: tools/deploy/central.yml: `honor_labels: true` -> `honor_labels: false`
TEST_F(ChecklistR115, APrometheusAboveHasEachSeriesOnceWithItsHost) {
  for (const Host* host : {&a_, &b_})
    EXPECT_TRUE(eventually(
        [&] {
          return value("count(outrider_build_info{job=\"outrider\",env=\"production\",host=\"" +
                       host->name + "\"})") == 1.0;
        },
        60s))
        << read_file(path("central.log"));
  EXPECT_TRUE(eventually([&] { return value("sum(up{job=\"hosts\"})") == 2.0; }, 60s));
  EXPECT_EQ(value("count(outrider_build_info)"), 2.0);
  EXPECT_EQ(value("count(pnl_usd)"), 2.0);
}

// Neither host has lost as much as the rule says; both together have.
TEST_F(BeyondOneHost, ALossOfBothTogetherClosesTheGatesOfEachThroughEitherAlertmanager) {
  start_cluster();
  for (const Host* host : {&a_, &b_}) ASSERT_TRUE(host->becomes(GateState::trading));
  ASSERT_TRUE(eventually([&] { return value("count(pnl_usd)") == 2.0; }, 60s));

  a_.pnl.set(-60'000);
  b_.pnl.set(-60'000);

  EXPECT_TRUE(a_.becomes(GateState::killed)) << read_file(path("central.log"));
  EXPECT_TRUE(b_.becomes(GateState::killed));
  ASSERT_TRUE(eventually([&] { return times_told("OutriderTrip") == 2; })) << "one for each host";
  ASSERT_TRUE(eventually([&] { return the_other_knows(); }));

  alertmanager_.kill_now();
  b_.prometheus.kill_now();

  EXPECT_TRUE(eventually([&] { return times_told("HostGone") == 1; }, 60s))
      << read_file(path("told"));
  // The other has waited longer than its turn by now.
  EXPECT_EQ(times_told("ClusterLoss"), 1) << read_file(path("told"));
  EXPECT_EQ(times_told("OutriderTrip"), 2) << read_file(path("told"));
}

}  // namespace
}  // namespace outrider::testing
