// SPDX-License-Identifier: Apache-2.0
// The four services of trading_platform and what they depend on, as servers that really go
// away: by the probes that its sidecar.yml has as comments, for those who take them in.
#include "probes/test_server.hpp"
#include "profiles/profile.hpp"

namespace outrider::testing {
namespace {

using probes::TestServer;

std::string page_of(const std::string& metrics) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(metrics.size()) + "\r\n\r\n" + metrics;
}

class Services : public Profile {
 protected:
  /// With its comments opened, at the ports of the servers here.
  [[nodiscard]] std::string adapted(std::string config) const override {
    const auto at = [](const auto& server) {
      return "127.0.0.1:" + std::to_string(server->port());
    };
    return shortened(std::move(config), {{"\n  #- \\{name", "\n  - {name"},
                                         {"127.0.0.1:8001", at(signal_service)},
                                         {"127.0.0.1:8002", at(execution_gateway)},
                                         {"127.0.0.1:8003", at(orchestrator)},
                                         {"127.0.0.1:8004", at(market_data)},
                                         {"127.0.0.1:6379", at(redis)},
                                         {"127.0.0.1:5433", at(postgres)},
                                         {"interval: 10s", "interval: 1s"}});
  }
  [[nodiscard]] bool becomes(const std::string& series, double value) const {
    return eventually([&] { return sidecar->metric(series) == value; });
  }

  std::optional<TestServer> execution_gateway{
      std::in_place, page_of("# TYPE execution_gateway_alpaca_connection_status gauge\n"
                             "execution_gateway_alpaca_connection_status 1\n")};
  std::optional<TestServer> signal_service{std::in_place, page_of("")};
  std::optional<TestServer> orchestrator{std::in_place, page_of("")};
  std::optional<TestServer> market_data{std::in_place, page_of("")};
  std::optional<TestServer> redis{std::in_place, ""};
  std::optional<TestServer> postgres{std::in_place, ""};
};

using ChecklistR18 = Services;
// Breaks it: tools/deploy/profiles/trading_platform/sidecar.yml:
// `tcp: "127.0.0.1:6379"` -> `tcp: "127.0.0.1:5433"`
TEST_P(ChecklistR18, ADependencyThatStopsIsZeroAtTheNextProbeAndAlerts) {
  ASSERT_TRUE(becomes("execution_gateway_redis_connection_status", 1));
  ASSERT_TRUE(becomes("execution_gateway_database_connection_status", 1));
  ASSERT_TRUE(eventually([&] {
    return sidecar->get("/metrics").find("\nexecution_gateway_alpaca_connection_status{") !=
           std::string::npos;
  }));

  redis.reset();

  EXPECT_TRUE(becomes("execution_gateway_redis_connection_status", 0));
  EXPECT_EQ(never_firing({"ExecutionGatewayRedisDisconnected"}), Alerts{});
  EXPECT_EQ(sidecar->metric("execution_gateway_database_connection_status"), 1);
  EXPECT_FALSE(firing().contains("ExecutionGatewayDatabaseDisconnected"));
}

using ChecklistR19 = Services;
// Breaks it: sidecar/probes/scrape.cpp: `": " + what, {0}}` -> `": " + what, {1}}`
TEST_P(ChecklistR19, EachOfFourServicesIsUpUntilItGoesAndThenItsAlertFires) {
  const Alerts down{"ServiceDown", "ExecutionGatewayDown", "SignalServiceDown", "OrchestratorDown",
                    "MarketDataServiceDown"};
  ASSERT_TRUE(eventually([&] {
    const std::string page = sidecar->get("/metrics");
    int answering = 0;
    for (std::size_t at = 0; (at = page.find("\nup{", at)) != page.npos; ++at)
      answering += page[page.find('\n', at + 1) - 1] == '1' ? 1 : 0;
    return answering == 4;
  })) << sidecar->get("/metrics");
  for (const std::string& alert : down) EXPECT_FALSE(firing().contains(alert)) << alert;

  signal_service.reset();

  EXPECT_EQ(never_firing({"ServiceDown", "SignalServiceDown"}), Alerts{});
  EXPECT_FALSE(firing().contains("ExecutionGatewayDown"));
  execution_gateway.reset();
  orchestrator.reset();
  market_data.reset();
  EXPECT_EQ(never_firing(down), Alerts{});
}

INSTANTIATE_TEST_SUITE_P(TradingPlatform, ChecklistR18, ::testing::Values("trading_platform"));
INSTANTIATE_TEST_SUITE_P(TradingPlatform, ChecklistR19, ::testing::Values("trading_platform"));

}  // namespace
}  // namespace outrider::testing
