// SPDX-License-Identifier: Apache-2.0
// Alerts of a cluster, through a real Alertmanager, close the gates of this host.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <outrider/producer.hpp>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

constexpr const char* token = "0123456789abcdef0123";

/// A trader in this process, a sidecar and an Alertmanager in others.
struct ClusterAlert : ::testing::Test {
  TempDirectory directory;
  const int control_port = free_port();
  const int alertmanager_port = free_port();
  const std::string files = write_files();
  SidecarProcess sidecar{directory.path(),
                         {"--config.file=" + directory.path() + "/sidecar.yml",
                          "--control.listen-address=127.0.0.1:" + std::to_string(control_port),
                          "--control.killer-tokens=" + directory.path() + "/killers"}};
  Producer producer{{.name = "trader", .directory = sidecar.segments()}};
  Gate gate = producer.gate("orders", {{"venue", "binance"}});
  Gate other = producer.gate("more", {{"venue", "kraken"}});

  std::string write_files() const {
    const std::string& path = directory.path();
    write_file(path + "/killers", std::string{"alertmanager "} + token + "\n");
    ::chmod((path + "/killers").c_str(), 0600);
    write_file(path + "/token", token);
    write_file(path + "/sidecar.yml",
               "protection:\n  arm_at_start: true\n  cluster_alerts:\n"
               "    - {alert: ClusterLoss, action: kill}\n"
               "    - {alert: VenueDown, scope: venue}\n"
               "    - {alert: VenueSlow, scope: venue, for: 500ms}\n");
    write_file(path + "/alertmanager.yml",
               "route: {receiver: hosts, group_by: ['...'], group_wait: 0s, group_interval: 1s, "
               "repeat_interval: 1s}\n"
               "receivers:\n- name: hosts\n  webhook_configs:\n"
               "  - {url: \"http://127.0.0.1:" +
                   std::to_string(control_port) +
                   "/api/v1/webhook\", http_config: {authorization: {credentials_file: " + path +
                   "/token}}}\n");
    return path;
  }
  Process alertmanager() {
    return Process{{"/usr/bin/prometheus-alertmanager",
                    "--config.file=" + directory.path() + "/alertmanager.yml",
                    "--storage.path=" + directory.path() + "/am",
                    "--web.listen-address=127.0.0.1:" + std::to_string(alertmanager_port),
                    "--cluster.listen-address="},
                   directory.path() + "/alertmanager.log"};
  }
  bool fires(const std::string& labels) {
    const std::string command =
        "curl -sf -m 5 -H 'Content-Type: application/json' -d '[{\"labels\":" + labels +
        "}]' http://127.0.0.1:" + std::to_string(alertmanager_port) + "/api/v2/alerts";
    return eventually([&] { return run(command) == 0; });
  }
  std::string post(const std::string& bearer, const std::string& body) {
    std::string answer;
    run("curl -s -m 5 -w ' %{http_code}' -H 'Authorization: Bearer " + bearer + "' -d '" + body +
            "' http://127.0.0.1:" + std::to_string(control_port) + "/api/v1/webhook",
        &answer);
    return answer;
  }
  [[nodiscard]] std::string journal() const {
    return read_file(directory.path() + "/state/latch.journal");
  }
  static bool becomes(const Gate& gate, GateState state) {
    return eventually([&] { return gate.state() == state; });
  }
};

TEST_F(ClusterAlert, OfARealAlertmanagerClosesItsScopeAndThenAll) {
  ASSERT_TRUE(becomes(gate, GateState::trading));
  ASSERT_TRUE(becomes(other, GateState::trading));
  const Process running = alertmanager();

  ASSERT_TRUE(fires(R"({"alertname":"VenueDown","venue":"binance"})"));
  EXPECT_TRUE(becomes(gate, GateState::halted));
  EXPECT_EQ(other.state(), GateState::trading);

  ASSERT_TRUE(fires(R"({"alertname":"ClusterLoss"})"));
  EXPECT_TRUE(becomes(other, GateState::killed));
  EXPECT_TRUE(becomes(gate, GateState::killed));
  EXPECT_TRUE(
      eventually([&] { return journal().find("alert ClusterLoss of http") != std::string::npos; }));
  EXPECT_EQ(journal().find(token), std::string::npos);
  EXPECT_TRUE(
      eventually([&] { return sidecar.metric("outrider_cluster_alerts_total").value_or(0) >= 2; }));
}

TEST_F(ClusterAlert, HaltsForItsTimeAndNoLonger) {
  ASSERT_TRUE(becomes(gate, GateState::trading));
  const std::string slow =
      R"({"alerts":[{"status":"firing","labels":{"alertname":"VenueSlow","venue":"binance"}}]})";

  const std::string answer = post(token, slow);

  EXPECT_NE(answer.find("1 obeyed, 0 unknown here"), std::string::npos) << answer;
  EXPECT_TRUE(becomes(gate, GateState::halted));
  EXPECT_TRUE(becomes(gate, GateState::trading));
}

TEST_F(ClusterAlert, ThatNobodyKnowsClosesNothingAndIsSaid) {
  ASSERT_TRUE(becomes(gate, GateState::trading));

  const std::string answer =
      post(token, R"({"alerts":[{"status":"firing","labels":{"alertname":"Stranger"}}]})");

  EXPECT_NE(answer.find("200"), std::string::npos) << answer;
  EXPECT_EQ(gate.state(), GateState::trading);
  EXPECT_TRUE(eventually([&] {
    return sidecar.log().find("found a name that protection.cluster_alerts does not have") !=
           std::string::npos;
  }));
  EXPECT_TRUE(
      eventually([&] { return sidecar.metric("outrider_cluster_alerts_unknown_total") == 1; }));
}

TEST_F(ClusterAlert, FromWhoeverMayNotKillIsRefusedAndJournalled) {
  ASSERT_TRUE(becomes(gate, GateState::trading));
  const std::string kill =
      R"({"alerts":[{"status":"firing","labels":{"alertname":"ClusterLoss"}}]})";

  EXPECT_NE(post("wrong-wrong-wrong-wrong", kill).find("401"), std::string::npos);

  EXPECT_EQ(gate.state(), GateState::trading);
  EXPECT_TRUE(
      eventually([&] { return journal().find("somebody at 127.0.0.1") != std::string::npos; }));
}

TEST_F(ClusterAlert, ObeysANewPolicyAfterAReload) {
  ASSERT_TRUE(becomes(gate, GateState::trading));
  write_file(directory.path() + "/sidecar.yml",
             "protection:\n  arm_at_start: true\n  cluster_alerts:\n"
             "    - {alert: Stranger, action: kill}\n");
  sidecar.process().signal(SIGHUP);

  EXPECT_TRUE(eventually([&] {
    post(token, R"({"alerts":[{"status":"firing","labels":{"alertname":"Stranger"}}]})");
    return gate.state() == GateState::killed;
  }));
}

}  // namespace
}  // namespace outrider::testing
