// SPDX-License-Identifier: Apache-2.0
// `outrider top` beside real sidecars and traders, alive and dead.
#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/program.hpp"
#include "cli/recording_trader.hpp"
#include "cli/sidecar_view.hpp"
#include "process/harness.hpp"

namespace outrider::cli {
namespace {

using nlohmann::json;

constexpr const char* rules = R"(groups:
  - name: orders
    interval: 100ms
    rules:
      - alert: ManyOrders
        expr: orders_total > 100
        labels: {severity: critical}
)";
constexpr const char* config = R"(rules: {file: test.rules.yml}
protection:
  arm_at_start: true
  breakers:
    - {alert: ManyOrders, scope: venue, action: halt_new, cooldown: 1m}
)";

/// Many samples and orders at first, and 20 every 5 ms until the test ends or kills it.
class BusyTrader {
 public:
  explicit BusyTrader(const std::string& directory) : trader_{directory} {
    trader_.record(20'000);
    thread_ = std::thread([this] {
      // relaxed: nothing is handed over with it.
      while (!stop_.load(std::memory_order_relaxed)) {
        trader_.record(20);
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
      }
    });
  }
  ~BusyTrader() { rest(); }
  void rest() {
    stop_.store(true, std::memory_order_relaxed);  // relaxed: as above
    if (thread_.joinable()) thread_.join();
  }
  void kill_now() {
    rest();
    trader_.kill_now();
  }

 private:
  RecordingTrader trader_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

struct ChecklistR101 : ::testing::Test {
  outrider::testing::TempDirectory directory;

  std::vector<std::string> flags() const {
    outrider::testing::write_file(directory.path() + "/test.rules.yml", rules);
    outrider::testing::write_file(directory.path() + "/sidecar.yml", config);
    return {"--config.file=" + directory.path() + "/sidecar.yml"};
  }
  static json looked(const outrider::testing::SidecarProcess& sidecar) {
    std::string said;
    EXPECT_EQ(sidecar.outrider("top --once --json --interval 200ms", &said), 0) << said;
    return json::parse(said);
  }
};

// Breaks it: tools/cli/rates.cpp: `(to.count - from.count) / passed.count()` -> `to.count`
TEST_F(ChecklistR101,
       ShowsLatencyOrderRateGatesAlertsAndProducersAndSaysWhatADeadSidecarTakesAway) {
  outrider::testing::SidecarProcess sidecar{directory.path(), flags()};
  BusyTrader trader(sidecar.segments());
  json look;
  ASSERT_TRUE(outrider::testing::eventually([&] {
    look = looked(sidecar);
    return !look.at("alerts").empty() && look.at("gates").at(0).at("state") == "HALTED" &&
           !look.at("latency").empty();
  })) << look.dump(2);

  EXPECT_EQ(look.at("alerts").at(0).at("name"), "ManyOrders");
  EXPECT_EQ(look.at("alerts").at(0).at("state"), "firing");
  EXPECT_EQ(look.at("gates").at(0).at("reason"), "ManyOrders");
  EXPECT_EQ(look.at("gates").at(0).at("scope"), "venue=binance");
  const json latency = look.at("latency").at(0);
  EXPECT_EQ(latency.at("series"), "order_send_seconds{producer=\"gateway-1\"}");
  EXPECT_LT(latency.at("quantiles").at("0.5"), latency.at("quantiles").at("0.99"));
  EXPECT_LE(latency.at("quantiles").at("0.99"), latency.at("max"));
  const json producer = look.at("producers").at(0);
  EXPECT_EQ(producer.at("state"), "live");
  EXPECT_GE(producer.at("recorded"), 20'000);
  EXPECT_EQ(producer.at("recorded").get<std::uint64_t>(),
            producer.at("taken").get<std::uint64_t>() +
                producer.at("in_ring").get<std::uint64_t>() +
                producer.at("spilled").get<std::uint64_t>());
  EXPECT_EQ(look.at("lost").at("bad_id"), 0);
  const json orders = look.at("counters").at(0);
  EXPECT_EQ(orders.at("series"), "orders_total{venue=\"binance\"}");
  EXPECT_GT(orders.at("per_second").at("last"), 0);
  EXPECT_LT(orders.at("per_second").at("last"), 5000) << "20 every 5 ms, and 20 000 before";
  EXPECT_TRUE(orders.at("per_second").at("10s").is_null()) << "not watched for 10 s";

  sidecar.process().kill_now();
  look = looked(sidecar);

  EXPECT_EQ(look.at("sidecar").at("state"), "not running");
  EXPECT_EQ(look.at("sidecar").at("missing"), "no sidecar runs");
  for (const char* figure : {"latency", "alerts", "lost"}) EXPECT_TRUE(look.at(figure).is_null());
  EXPECT_EQ(look.at("gates").at(0).at("gate"), "orders");
  EXPECT_EQ(look.at("producers").at(0).at("state"), "live");
  EXPECT_GT(look.at("counters").at(0).at("per_second").at("last"), 0);

  trader.kill_now();
  look = looked(sidecar);

  EXPECT_EQ(look.at("producers").at(0).at("state"), "dead");
  EXPECT_TRUE(look.at("producers").at(0).at("samples_per_second").at("last").is_null());
  EXPECT_TRUE(look.at("counters").empty());
}

// Breaks it: tools/cli/sidecar_view.cpp: `*view.pass_age_seconds > longest.count()` -> `false`
TEST(ChecklistR101Stale, NeverShowsWhatASidecarSaysThatFinishesNoPass) {
  const std::string status = R"({"samples": {}, "last_pass_age_seconds": 3})";

  EXPECT_NE(read_pages(status, "").missing, "");
}

struct TopCommand : CommandLine {
  std::string look(const std::string& arguments) const {
    const Said said = run("top --once --interval 100ms " + arguments);
    EXPECT_EQ(said.code, 0) << said.out;
    return said.out;
  }
};

TEST_F(TopCommand, IsPlainTextWhereItIsNotOnATerminal) {
  Trader trader(directory);
  trader.make_control();
  trader.grant(0);
  trader.close(1, GateState::halted, "venue=kraken", "Reject\033[31mStorm");

  const std::string said = look("");

  EXPECT_FALSE(contains(said, "\033"));
  EXPECT_TRUE(contains(said, "missing: no sidecar runs")) << said;
  EXPECT_TRUE(contains(said, "gateway-1/orders  TRADING")) << said;
  EXPECT_TRUE(contains(said, "gateway-1/quotes  HALTED   2023-11-14T22:13:20.123Z")) << said;
  EXPECT_TRUE(contains(said, "Reject?[31mStorm")) << said;
}

TEST_F(TopCommand, ShowsAStoppedTraderAsStalledAndItsBeatAsOld) {
  const RecordingTrader trader(directory);
  ASSERT_EQ(::kill(trader.pid(), SIGSTOP), 0);
  json look;
  EXPECT_TRUE(outrider::testing::eventually([&] {
    look = json::parse(this->look("--json"));
    return look.at("producers").at(0).at("state") == "stalled";
  })) << look.dump(2);
  EXPECT_GT(look.at("producers").at(0).at("heartbeat_age_seconds"), 0.5);
}

TEST_F(TopCommand, WorksInAnEmptyDirectoryAndNotWithoutOne) {
  EXPECT_TRUE(contains(look(""), "no producers"));
  EXPECT_EQ(run_program("--segment.dir " + directory + "/absent top --once").code, 4);
  const Said said = run("top --interval 1ms");
  EXPECT_EQ(said.code, 2);
  EXPECT_TRUE(contains(said.out, "--interval: found 1ms; needed a time from 100ms to 1h"));
}

}  // namespace
}  // namespace outrider::cli
