// SPDX-License-Identifier: Apache-2.0
// Programs that hear of trades and of a trader's health, through the real sidecar.
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <outrider/producer.hpp>

#include "probes/checklist.hpp"

namespace outrider::testing {
namespace {

constexpr const char* rules = R"(groups:
  - name: events
    interval: 10ms
    rules:
      - alert: OrderFilled
        expr: increase(orders_filled_total[500ms]) > 0
        labels: {severity: info}
        annotations: {summary: "filled on {{ $labels.venue }}"}
      - alert: TraderGone
        expr: outrider_producer_state{state=~"dead|closed"} == 1
        labels: {severity: warning}
)";

/// A trader in this very process, and programs that write down what they hear.
struct ChecklistR110 : Checklist {
  /// A line of `alerting.hooks`.
  [[nodiscard]] std::string hook(const std::string& name, const std::string& matcher,
                                 const std::string& body) const {
    return "    - {name: " + name + ", exec: [" + script(name, body) + "], timeout: 20s" +
           (matcher.empty() ? "" : ", matchers: ['" + matcher + "']") + "}\n";
  }
  [[nodiscard]] std::string writes(const std::string& name) const {
    return "echo $OUTRIDER_ALERTNAME $OUTRIDER_STATUS $OUTRIDER_LABEL_venue >> " + at(name) +
           ".txt; cat >> " + at(name) + ".json; echo >> " + at(name) + ".json";
  }
  static std::string configuration(const std::string& hooks) {
    return "protection: {arm_at_start: true}\nalerting:\n  cooldowns: {OrderFilled: 0s}\n"
           "  hooks:\n" +
           hooks;
  }
  [[nodiscard]] bool hears(const std::string& name, const std::string& what) const {
    return eventually([&] { return read_file(at(name + ".txt")) == what; });
  }
};

// Breaks it: sidecar/outputs/alerts/book.cpp: `(!to.wants(known.alert)) c` -> `(false) c`
TEST_F(ChecklistR110, ATradeAndAHealthChangeEachReachTheProgramThatIsForThem) {
  const SidecarProcess sidecar{
      directory.path(),
      flags(configuration(hook("fills", "alertname=\"OrderFilled\"", writes("fills")) +
                          hook("health", "alertname=~\"Trader.*\"", writes("health"))),
            rules)};
  {
    Producer producer{{.name = "desk", .directory = sidecar.segments()}};
    Writer writer = producer.writer("main");
    Counter filled = writer.counter("orders_filled_total", "Fills.", {{"venue", "binance"}});
    ASSERT_TRUE(eventually([&] {
      return sidecar.metric("orders_filled_total{producer=\"desk\",venue=\"binance\"}") == 0.0;
    })) << sidecar.log();

    filled.inc();
    ASSERT_TRUE(hears("fills", "OrderFilled firing binance\nOrderFilled resolved binance\n"))
        << read_file(at("fills.txt")) << sidecar.log();
    filled.inc();
    ASSERT_TRUE(eventually([&] {
      const std::string told = read_file(at("fills.json"));
      return std::count(told.begin(), told.end(), '\n') == 4;
    })) << sidecar.log();
    EXPECT_EQ(read_file(at("health.txt")), "");
  }
  EXPECT_TRUE(hears("health", "TraderGone firing\n")) << sidecar.log();
  EXPECT_TRUE(hears("fills",
                    "OrderFilled firing binance\nOrderFilled resolved binance\n"
                    "OrderFilled firing binance\nOrderFilled resolved binance\n"));

  const std::string told = read_file(at("fills.json"));
  const auto first = nlohmann::json::parse(told.substr(0, told.find('\n')));
  EXPECT_EQ(first.at("version"), "4");
  EXPECT_EQ(first.at("receiver"), "fills");
  EXPECT_EQ(first.at("alerts").at(0).at("annotations").at("summary"), "filled on binance");
  EXPECT_EQ(sidecar.metric("outrider_notifications_total{receiver=\"fills\",result=\"sent\"}"),
            4.0);
}

// Breaks it: sidecar/outputs/alerts/hooks.cpp: `ended->status == 0` -> `ended->status >= 0`
TEST_F(ChecklistR110, AProgramThatFailsIsAskedAgainUntilItIsContent) {
  const SidecarProcess sidecar{
      directory.path(),
      flags(configuration(hook("picky", "action=\"kill\"",
                               "echo >> " + at("tries") + "; [ $(wc -l < " + at("tries") +
                                   ") -ge 3 ] && echo done > " + at("picky.txt"))))};
  std::string said;
  ASSERT_EQ(sidecar.outrider("kill --reason test", &said), 0) << said;
  EXPECT_TRUE(hears("picky", "done\n")) << sidecar.log();
  EXPECT_TRUE(eventually([&] {
    return sidecar.metric("outrider_notifications_total{receiver=\"picky\",result=\"failed\"}") ==
           2.0;
  }));
  EXPECT_NE(sidecar.log().find("ended with code 1"), std::string::npos);
}

// Breaks it: sidecar/outputs/alerts/hooks.cpp: `&& each.is_kill` -> `|| each.is_kill`
TEST_F(ChecklistR110, AKillWaitsForNoProgramAndAReloadBringsAnother) {
  const std::string hang = "[ $OUTRIDER_LABEL_action = kill ] && echo kill > " + at("slow.txt") +
                           " && exit 0; while [ -e " + directory.path() + " ]; do sleep 0.05; done";
  const auto start = flags(configuration(hook("slow", "", "echo > " + at("runs") + "\n" + hang)),
                           "groups:\n- name: g\n  rules:\n  - {alert: Always, expr: vector(1)}\n");
  SidecarProcess sidecar{directory.path(), start};
  ASSERT_TRUE(eventually([&] { return !read_file(at("runs")).empty(); })) << sidecar.log();
  std::string said;
  ASSERT_EQ(sidecar.outrider("kill --reason test", &said), 0) << said;
  EXPECT_TRUE(hears("slow", "kill\n")) << sidecar.log();

  write_file(at("sidecar.yml"), configuration(hook("fresh", "", writes("fresh"))));
  sidecar.process().signal(SIGHUP);
  EXPECT_TRUE(eventually([&] {
    return read_file(at("fresh.txt")).find("Always firing") != std::string::npos;
  })) << sidecar.log();
}

}  // namespace
}  // namespace outrider::testing
