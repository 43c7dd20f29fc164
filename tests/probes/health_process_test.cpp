// SPDX-License-Identifier: Apache-2.0
// What /health tells of checks that rules record and of probes, through the real sidecar.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <outrider/producer.hpp>

#include "probes/checklist.hpp"
#include "probes/test_server.hpp"

namespace outrider::testing {
namespace {

using nlohmann::json;
using probes::TestServer;

/// One look at /health.
struct Page {
  std::string code;
  std::string text;

  [[nodiscard]] json body() const {
    json parsed = json::parse(text, nullptr, false);
    return parsed.is_object() ? parsed : json::object();
  }
  /// Of the check or the probe; null when it is not there.
  [[nodiscard]] json entry(const std::string& kind, const std::string& name) const {
    for (const json& each : body().value(kind + 's', json::array())) {
      if (each.at(kind) == name) return each;
    }
    return {};
  }
  [[nodiscard]] std::string check(const std::string& name) const {
    return entry("check", name).value("status", "");
  }
  [[nodiscard]] std::string probe(const std::string& name) const {
    return entry("probe", name).value("status", "");
  }
  [[nodiscard]] std::string overall() const { return body().value("status", ""); }
};

Page look(const SidecarProcess& sidecar) {
  std::string said;
  run("curl -s -w '\n%{http_code}' http://127.0.0.1:" + std::to_string(sidecar.port()) + "/health",
      &said);
  const std::size_t end = said.rfind('\n');
  if (end == std::string::npos) return {};
  return {said.substr(end + 1), said.substr(0, end)};
}

template <class Condition>
bool comes_to(const SidecarProcess& sidecar, const Condition& condition) {
  Page page;
  const bool does = eventually([&] { return condition(page = look(sidecar)); });
  if (!does) ADD_FAILURE() << page.code << ' ' << page.text << sidecar.log();
  return does;
}

const std::string record_disk = R"(
      - record: outrider_health_status
        expr: (max(disk_percent) > bool 80) + 2 * (max(disk_percent) > bool 95)
        labels: {check: disk_space}
)";
const std::string record_limits = R"(
      - record: outrider_health_status
        expr: 3 - 2 * (min(requests_left) > bool 10) - (min(requests_left) > bool 50)
        labels: {check: api_rate_limits}
)";

std::string group(const std::string& name, const std::string& interval, const std::string& rules) {
  return "  - name: " + name + "\n    interval: " + interval + "\n    rules:" + rules;
}

/// What the checks look at.
struct Trader {
  explicit Trader(const SidecarProcess& sidecar)
      : producer{{.name = "trader", .directory = sidecar.segments()}} {}
  Producer producer;
  Writer writer = producer.writer("main");
  Gauge disk = writer.gauge("disk_percent", "");
  Gauge left = writer.gauge("requests_left", "");
};

// Breaks it: sidecar/outputs/health.cpp: `worst = std::max(worst, check.health)` -> `worst =
// check.health`
TEST_F(Checklist, R63HealthIsTheWorstOfAllChecksAsJsonAndAsTheHttpCode) {
  const SidecarProcess sidecar{
      directory.path(), flags("loop: adaptive\n",
                              "groups:\n" + group("health", "20ms", record_limits + record_disk))};
  EXPECT_TRUE(comes_to(sidecar, [](const Page& page) {
    return page.code == "503" && page.overall() == "unknown" &&
           page.check("api_rate_limits") == "unknown" && page.check("disk_space") == "unknown";
  })) << "nobody has told anything";

  Trader trader{sidecar};
  trader.left.set(900.0);
  trader.disk.set(40.0);
  EXPECT_TRUE(comes_to(sidecar, [](const Page& page) {
    return page.code == "200" && page.overall() == "healthy" &&
           page.check("api_rate_limits") == "healthy" && page.check("disk_space") == "healthy" &&
           page.body().at("healthy") == true && page.body().at("ready") == true;
  }));

  trader.left.set(30.0);
  EXPECT_TRUE(comes_to(sidecar, [](const Page& page) {
    return page.code == "200" && page.overall() == "degraded" &&
           page.entry("check", "api_rate_limits").at("value") == 1;
  }));

  trader.left.set(7.0);
  EXPECT_TRUE(comes_to(sidecar, [](const Page& page) {
    return page.code == "503" && page.overall() == "critical" &&
           page.check("disk_space") == "healthy";
  }));

  EXPECT_TRUE(eventually([&] {
    const auto history = json::parse(sidecar.get("/api/v1/health/history"), nullptr, false);
    if (!history.is_object() || history.at("changes").empty()) return false;
    const json& newest = history.at("changes").at(0);
    return newest.at("to") == "critical" && newest.at("time").is_string();
  })) << sidecar.get("/api/v1/health/history");
}

// Breaks it: sidecar/probes/probe.cpp: `!is_given_up_ && now.steady - began_.steady >=
// config_.timeout` -> `false`
TEST_F(Checklist, R61EachCheckRunsAtItsIntervalAndOneThatHangsHoldsUpNoOther) {
  script("hangs", "sleep 1000");
  script("answers", "exit 0");
  const SidecarProcess sidecar{
      directory.path(),
      flags("probes:\n" + health("hangs", ", interval: 600ms, timeout: 300ms") +
                health("answers", ", interval: 100ms"),
            "groups:\n" + group("fast", "20ms", record_limits) + group("slow", "1h", record_disk))};
  Trader trader{sidecar};
  trader.left.set(900.0);
  trader.disk.set(40.0);
  ASSERT_TRUE(comes_to(sidecar, [](const Page& page) {
    return page.check("api_rate_limits") == "healthy" && page.check("disk_space") == "healthy" &&
           page.probe("mcp-hangs") == "unreachable" && page.probe("mcp-answers") == "healthy";
  }));
  const auto runs = [&] {
    return sidecar.metric("outrider_probe_runs_total{probe=\"mcp-answers\"}").value_or(0);
  };
  const double runs_before = runs();

  trader.left.set(7.0);
  trader.disk.set(99.0);

  EXPECT_TRUE(comes_to(sidecar, [](const Page& page) {
    const json slow = page.entry("check", "disk_space");
    return page.check("api_rate_limits") == "critical" && slow.at("status") == "healthy" &&
           slow.at("age_seconds") > 1 &&
           page.entry("check", "api_rate_limits").at("age_seconds") < slow.at("age_seconds");
  })) << "the one of an hour is as it was";
  EXPECT_TRUE(eventually([&] { return runs() >= runs_before + 5; }));
  EXPECT_GE(sidecar.metric("outrider_probe_errors_total{probe=\"mcp-hangs\",reason=\"timeout\"}"),
            1);
}

// Breaks it: sidecar/probes/standing.hpp: `Health::stale : Health::unreachable` ->
// `Health::unreachable : Health::unreachable`
TEST_F(Checklist, R68AServiceThatIsGoneIsStaleWithItsAgeAndThenUnreachableWhileOthersArePolled) {
  std::optional<TestServer> orders{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
  const TestServer signals{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
  const TestServer ill{"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"};
  const TestServer silent{""};
  const auto service = [](const std::string& name, const TestServer& at) {
    return "  - {name: " + name + ", http: 'http://127.0.0.1:" + std::to_string(at.port()) +
           "/health', series: service_up, labels: {service: " + name +
           "}, interval: 300ms, timeout: 300ms, stale_for: 2s}\n";
  };
  const SidecarProcess sidecar{
      directory.path(),
      flags("probes:\n" + service("orders", *orders) + service("signals", signals) +
            service("ill", ill) +
            "  - {name: silent, http: 'http://127.0.0.1:" + std::to_string(silent.port()) +
            "/', series: service_up, interval: 1h, timeout: 1h}\n")};
  ASSERT_TRUE(comes_to(sidecar, [](const Page& page) {
    return page.probe("orders") == "healthy" && page.probe("signals") == "healthy" &&
           page.probe("ill") == "unhealthy" && page.probe("silent") == "unknown";
  })) << "nobody waits for the one that says nothing";

  orders.reset();

  EXPECT_TRUE(comes_to(sidecar, [](const Page& page) {
    return page.probe("orders") == "stale" &&
           page.entry("probe", "orders").at("last_good_age_seconds") > 0;
  }));
  EXPECT_TRUE(comes_to(sidecar, [](const Page& page) {
    return page.probe("orders") == "unreachable" && page.probe("signals") == "healthy" &&
           page.entry("probe", "orders").at("last_good_age_seconds") >= 2;
  }));
}

struct Health : Checklist {};

TEST_F(Health, IsServedBesideServicesThatAreStale) {
  std::optional<TestServer> venue{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
  const SidecarProcess sidecar{
      directory.path(),
      flags("probes:\n  - {name: venue, tcp: '127.0.0.1:" + std::to_string(venue->port()) +
            "', series: venue_up, interval: 200ms, stale_for: 1h}\n"
            "  - {name: mcp, exec: [" +
            at("none") + "], series: mcp_up}\n")};
  ASSERT_TRUE(comes_to(sidecar, [](const Page& page) {
    return page.code == "200" && page.overall() == "healthy" &&
           page.probe("mcp") == "not_configured";
  }));

  venue.reset();

  EXPECT_TRUE(comes_to(sidecar, [](const Page& page) {
    return page.code == "200" && page.overall() == "stale" && page.probe("venue") == "stale";
  }));
}

TEST_F(Health, OfMoreChecksThanArePageableIsNotTakenForGood) {
  const SidecarProcess sidecar{directory.path(),
                               flags("loop: adaptive\n", "groups:\n" + group("health", "20ms", R"(
      - record: outrider_health_status
        expr: desk_trouble
)"))};
  Producer first{{.name = "first", .directory = sidecar.segments()}};
  Producer second{{.name = "second", .directory = sidecar.segments()}};
  for (Producer* producer : {&first, &second}) {
    Writer writer = producer->writer("main");
    for (int i = 0; i < 150; ++i)
      writer.gauge("desk_trouble", "", {{"check", "c" + std::to_string(i)}}).set(0.0);
  }

  EXPECT_TRUE(comes_to(sidecar, [](const Page& page) {
    return page.code == "503" && page.overall() == "unknown" &&
           page.body().at("checks").size() == 257 &&
           page.check("found 300 checks; needed at most 256") == "unknown";
  }));
}

}  // namespace
}  // namespace outrider::testing
