// SPDX-License-Identifier: Apache-2.0
// What answers over the network, through the real sidecar: a venue that goes away,
// and a machine as Prometheus' own node_exporter has it.
#include <gtest/gtest.h>
#include <signal.h>

#include <outrider/producer.hpp>

#include "probes/checklist.hpp"
#include "probes/test_server.hpp"

namespace outrider::testing {
namespace {

using probes::TestServer;

constexpr const char* venue_rules = R"(groups:
  - name: venue
    interval: 10ms
    rules:
      - {alert: VenueUnreachable, expr: 'exchange_up{venue="binance"} == 0'}
)";

// Breaks it: sidecar/probes/web.cpp: `is_good(*answer) ? 1.0 : 0.0` -> `1.0`
TEST_F(Checklist, R59AVenueIsProbedByTcpAndHttpWithItsLatencyAndItsEndHaltsTheGate) {
  TestServer venue{"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"ping\":\"ok\"}"};
  const std::string address = "127.0.0.1:" + std::to_string(venue.port());
  const SidecarProcess sidecar{
      directory.path(),
      flags("probes:\n"
            "  - {name: binance-http, http: 'http://" +
                address +
                "/ping', body: ping, interval: 1s, series: exchange_up, labels: {venue: "
                "binance}}\n"
                "  - {name: binance-tcp, tcp: '" +
                address +
                "', interval: 1s, series: exchange_reachable, labels: {venue: binance}}\n"
                "  - {name: binance-tls, tcp: '" +
                address +
                "', tls: true, interval: 1s, series: exchange_tls, labels: {venue: binance}}\n"
                "protection:\n  arm_at_start: true\n  breakers:\n"
                "    - {alert: VenueUnreachable, scope: venue}\n",
            venue_rules)};
  Producer producer{{.name = "trader", .directory = sidecar.segments()}};
  const Gate gate = producer.gate("orders", {{"venue", "binance"}});
  const Gate other = producer.gate("more", {{"venue", "kraken"}});
  ASSERT_TRUE(becomes(sidecar, "exchange_up{venue=\"binance\"}", 1));
  ASSERT_TRUE(becomes(sidecar, "exchange_reachable{venue=\"binance\"}", 1));
  EXPECT_TRUE(becomes(sidecar, "exchange_tls{venue=\"binance\"}", 0));  // it speaks none
  EXPECT_GT(sidecar.metric("outrider_probe_connect_seconds{probe=\"binance-tcp\"}"), 0);
  EXPECT_GT(sidecar.metric("outrider_probe_duration_seconds{probe=\"binance-http\"}"), 0);
  EXPECT_EQ(sidecar.metric("outrider_probe_http_status{probe=\"binance-http\"}"), 200);
  ASSERT_TRUE(eventually([&] { return gate.state() == GateState::trading; }));

  venue.say("HTTP/1.1 503 Maintenance\r\nContent-Length: 0\r\n\r\n");

  EXPECT_TRUE(eventually([&] { return gate.state() == GateState::halted; })) << sidecar.log();
  EXPECT_EQ(other.state(), GateState::trading);
}

constexpr const char* node_rules = R"(groups:
  - name: node
    interval: 10ms
    rules:
      - alert: OrdersOnALoadedMachine
        expr: open_orders > 3 and on() node_load1{job="node"} > -1 and on() up{job="node"} == 1
)";

struct NodeProbe : Checklist {
  const int port = free_port();
  Process node_exporter = start_exporter();

  Process start_exporter() {
    return Process{{"/usr/bin/prometheus-node-exporter",
                    "--web.listen-address=127.0.0.1:" + std::to_string(port),
                    "--collector.disable-defaults", "--collector.loadavg", "--collector.cpu"},
                   at("node_exporter.log")};
  }
  [[nodiscard]] std::string of(const std::string& name) const {
    return name + "{instance=\"127.0.0.1:" + std::to_string(port) + "\",job=\"node\"}";
  }
  [[nodiscard]] std::string scrape() const {
    return "probes:\n  - {name: node, scrape: 'http://127.0.0.1:" + std::to_string(port) +
           "/metrics', keep: 'node_(load1|cpu_seconds_total)|go_gc_duration_seconds', "
           "interval: 1s, breaker: {failures: 0}}\n";
  }
};

TEST_F(NodeProbe, BringsItsMetricsIntoTheRulesBesideATraders) {
  ASSERT_TRUE(eventually([&] { return !http_get(port, "/metrics").empty(); }))
      << read_file(at("node_exporter.log"));
  const SidecarProcess sidecar{
      directory.path(), flags(scrape() + "protection:\n  arm_at_start: true\n  breakers:\n"
                                         "    - {alert: OrdersOnALoadedMachine, scope: producer}\n",
                              node_rules)};
  Producer producer{{.name = "trader", .directory = sidecar.segments()}};
  Writer writer = producer.writer("main");
  Gauge orders = writer.gauge("open_orders", "");
  const Gate gate = producer.gate("orders", {{"venue", "binance"}});
  ASSERT_TRUE(becomes(sidecar, of("up"), 1));
  ASSERT_TRUE(eventually([&] { return sidecar.metric(of("node_load1")).has_value(); }));
  EXPECT_NE(sidecar.get("/metrics").find("# TYPE node_cpu_seconds_total counter\n"),
            std::string::npos);
  EXPECT_NE(sidecar.get("/metrics").find("# TYPE go_gc_duration_seconds summary\n"),
            std::string::npos);
  EXPECT_EQ(sidecar.metric(of("node_load5")), std::nullopt);
  ASSERT_TRUE(eventually([&] { return gate.state() == GateState::trading; }));

  orders.set(4.0);

  EXPECT_TRUE(eventually([&] { return gate.state() == GateState::halted; })) << sidecar.log();
}

TEST_F(NodeProbe, HasNoValuesOfOneThatIsGoneAndSaysSo) {
  const SidecarProcess sidecar{directory.path(), flags(scrape())};
  ASSERT_TRUE(eventually([&] { return sidecar.metric(of("node_load1")).has_value(); }));

  node_exporter.kill_now();

  EXPECT_TRUE(becomes(sidecar, of("up"), 0));
  EXPECT_EQ(sidecar.metric(of("node_load1")), std::nullopt);
  EXPECT_EQ(sidecar.metric("outrider_probe_success{probe=\"node\"}"), 0);
}

struct ProcessProbes : Checklist {};

TEST_F(ProcessProbes, TellWhetherAProcessRunsAndWhatItUses) {
  Process target{{"/bin/sleep", "1000"}, at("target.log")};
  write_file(at("target.pid"), std::to_string(target.pid()));
  const SidecarProcess sidecar{directory.path(),
                               flags("probes:\n  - {name: target, process: {pid_file: target.pid}, "
                                     "interval: 100ms}\n")};
  ASSERT_TRUE(becomes(sidecar, "outrider_probe_process_up{probe=\"target\"}", 1));
  EXPECT_GT(sidecar.metric("outrider_probe_process_resident_memory_bytes{probe=\"target\"}"), 0);

  target.kill_now();

  EXPECT_TRUE(becomes(sidecar, "outrider_probe_process_up{probe=\"target\"}", 0));
}

}  // namespace
}  // namespace outrider::testing
