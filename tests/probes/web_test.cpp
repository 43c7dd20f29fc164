// SPDX-License-Identifier: Apache-2.0
// Probes of the network: a real server, one that says nothing, and nobody.
#include "probes/web.hpp"

#include <gtest/gtest.h>

#include "probes/fixtures.hpp"
#include "probes/test_server.hpp"

namespace outrider::probes {
namespace {

struct WebProbe : ::testing::Test {
  static config::ProbeConfig config(config::WebProbe web) {
    config::ProbeConfig probe;
    probe.name = "p";
    probe.interval = 1h;
    probe.timeout = 20s;
    web.series = "up";
    probe.what = std::move(web);
    return probe;
  }
  static config::ProbeConfig http(const TestServer& server) {
    return config({.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/health"});
  }
  /// The value after one try.
  static std::optional<double> outcome(const config::ProbeConfig& config) {
    ProbeRig rig{config};
    EXPECT_TRUE(rig.run_once());
    return rig.value("up");
  }
};

TEST_F(WebProbe, TellsStatusAndLatencyOfAnAnswer) {
  const TestServer server{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"};
  ProbeRig rig{http(server)};
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("up"), 1);
  EXPECT_EQ(rig.value("outrider_probe_http_status"), 200);
  EXPECT_GT(rig.value("outrider_probe_connect_seconds"), 0);
  EXPECT_GT(rig.value("outrider_probe_duration_seconds"), 0);
  EXPECT_EQ(rig.value("outrider_probe_success"), 1);
}

TEST_F(WebProbe, IsDownWithAnotherStatusWhichIsAnAnswer) {
  const TestServer server{"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"};
  ProbeRig rig{http(server)};
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("up"), 0);
  EXPECT_EQ(rig.value("outrider_probe_http_status"), 503);
  EXPECT_EQ(rig.value("outrider_probe_success"), 1);
  config::ProbeConfig wanted = http(server);
  std::get<config::WebProbe>(wanted.what).status = 503;
  EXPECT_EQ(outcome(wanted), 1);
}

TEST_F(WebProbe, LooksIntoTheBodyWhereItIsAsked) {
  const TestServer server{"HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"status\":\"fine\"}"};
  config::ProbeConfig probe = http(server);
  auto& body = std::get<config::WebProbe>(probe.what).body;

  body = "\"status\":\"(fine|ok)\"";
  EXPECT_EQ(outcome(probe), 1);
  body = "\"status\":\"ok\"";
  EXPECT_EQ(outcome(probe), 0);
}

TEST_F(WebProbe, IsDownWhenNobodyAnswersInTime) {
  const TestServer silent{""};
  config::ProbeConfig probe = http(silent);
  probe.timeout = 200ms;
  ProbeRig rig{probe};
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("up"), 0);
  EXPECT_EQ(rig.value("outrider_probe_http_status"), std::nullopt);
  EXPECT_EQ(rig.value("outrider_probe_errors_total{probe=p,reason=timeout}"), 1);
}

TEST_F(WebProbe, IsDownWhenNobodyListens) {
  int port = 0;
  {
    const TestServer gone{""};
    port = gone.port();
  }
  config::ProbeConfig probe =
      config({.url = "http://127.0.0.1:" + std::to_string(port), .connects_only = true});
  ProbeRig rig{probe};
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("up"), 0);
  EXPECT_EQ(rig.value("outrider_probe_success"), 0);
  EXPECT_EQ(rig.value("outrider_probe_errors_total{probe=p,reason=unreachable}"), 1);
}

TEST_F(WebProbe, WantsNothingButAConnectionOfTcp) {
  const TestServer silent{""};
  ProbeRig rig{
      config({.url = "http://127.0.0.1:" + std::to_string(silent.port()), .connects_only = true})};
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("up"), 1);
  EXPECT_GT(rig.value("outrider_probe_connect_seconds"), 0);
}

TEST_F(WebProbe, DoesNotTakeAPlainServerForOneOfTls) {
  const TestServer plain{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
  EXPECT_EQ(outcome(config({.url = "https://127.0.0.1:" + std::to_string(plain.port()),
                            .connects_only = true})),
            0);
}

TEST_F(WebProbe, GivesUpAnEndlessBody) {
  const TestServer endless{"HTTP/1.1 200 OK\r\n\r\n" + std::string(2 << 20, 'x')};
  config::ProbeConfig probe = http(endless);
  std::get<config::WebProbe>(probe.what).body = "y";
  ProbeRig rig{probe};
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("outrider_probe_errors_total{probe=p,reason=bad_answer}"), 1);
  EXPECT_EQ(rig.value("up"), 0);
}

}  // namespace
}  // namespace outrider::probes
