// SPDX-License-Identifier: Apache-2.0
// Summaries at their time, through the real sidecar: under a clock that is stepped, and
// through a real Alertmanager.
#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <ctime>
#include <mutex>
#include <nlohmann/json.hpp>
#include <outrider/producer.hpp>
#include <thread>

#include "clock/wall_clock.hpp"
#include "outputs/http_server.hpp"
#include "probes/checklist.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono;

/// A trader in this very process, and a server that keeps what it is told.
struct ChecklistR95 : Checklist {
  std::mutex mutex;
  std::vector<std::pair<std::string, nlohmann::json>> told;  ///< by path
  outputs::HttpServer server{{}, [this](const outputs::Request& request) {
                               const std::lock_guard guard{mutex};
                               told.emplace_back(request.path, nlohmann::json::parse(request.body));
                               return outputs::Response{};
                             }};
  WallClock wall{directory.path()};

  void SetUp() override { server.start(); }
  void TearDown() override { WallClock::is_right_again(); }
  void set(sys_days day, seconds time) const {
    wall.step(duration_cast<seconds>(day + time - system_clock::now()));
  }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server.port()) + path;
  }
  /// The descriptions that came that way, of one summary.
  std::vector<std::string> heard(const std::string& path, const std::string& summary) {
    std::vector<std::string> all;
    const std::lock_guard guard{mutex};
    for (const auto& [way, message] : told) {
      for (const auto& alert : message.at("alerts")) {
        EXPECT_EQ(alert.at("status"), "firing") << "it only happens";
        EXPECT_EQ(alert.at("labels").at("alertname"), "OutriderSummary");
        if (way == path && alert.at("labels").at("summary") == summary)
          all.push_back(alert.at("annotations").at("description"));
      }
    }
    return all;
  }
  bool hears(const std::string& path, const std::string& summary, std::size_t count) {
    return eventually([&] { return heard(path, summary).size() == count; });
  }
};

// Breaks it: sidecar/outputs/alerts/schedule.cpp: `remember(record, due.at);` -> `++revision_;`
TEST_F(ChecklistR95, IsToldOnceAtItsTimeWhateverTheClockDoes) {
  const sys_days friday = 2026y / 11 / 20;
  set(friday, 22h);
  SidecarProcess sidecar{directory.path(), flags("alerting:\n  webhooks: [{url: '" + url("/desk") +
                                                 "'}]\n" + R"(  summaries:
    - name: daily
      at: "23:00"
      fields:
        PnL: pnl_usd
        Win rate: {expr: wins / trades, text: "{{ $value | humanizePercentage }}"}
        Positions: sum(positions_of_nobody)
    - {name: weekly, at: "23:00", days: [fri], fields: {PnL: pnl_usd}}
)")};
  WallClock::is_right_again();
  Producer producer{{.name = "desk", .directory = sidecar.segments()}};
  Writer writer = producer.writer("main");
  Gauge pnl = writer.gauge("pnl_usd", "");
  Gauge wins = writer.gauge("wins", "");
  Gauge trades = writer.gauge("trades", "");
  pnl.set(1234.5);
  wins.set(5);
  trades.set(8);
  ASSERT_TRUE(becomes(sidecar, "trades{producer=\"desk\"}", 8)) << sidecar.log();

  set(friday, 23h - 1s);
  ASSERT_TRUE(hears("/desk", "daily", 1)) << sidecar.log();
  ASSERT_TRUE(hears("/desk", "weekly", 1)) << sidecar.log();
  EXPECT_EQ(heard("/desk", "daily").front(), "PnL: 1,234.50\nWin rate: 62.5%\nPositions: no value");
  EXPECT_TRUE(eventually([&] {
    return sidecar.log().find(
               "msg=\"daily summary of 2026-11-20 23:00 UTC\" fields=\"PnL: "
               "1,234.50; Win rate: 62.5%; Positions: no value\"") != std::string::npos;
  })) << sidecar.log();

  set(friday, 21h);
  sidecar.process().signal(SIGHUP);
  ASSERT_TRUE(eventually([&] { return sidecar.log().find("reloaded") != std::string::npos; }));
  set(friday, 23h + 10s);
  pnl.set(-3);
  trades.set(0);
  wins.set(0);
  std::this_thread::sleep_for(2s);  // past what a reload waits for
  set(friday + days{1}, 23h - 1s);
  ASSERT_TRUE(hears("/desk", "daily", 2)) << sidecar.log();
  EXPECT_EQ(heard("/desk", "daily").back(), "PnL: -3\nWin rate: no value\nPositions: no value");
  set(friday + days{3}, 3h);
  EXPECT_TRUE(eventually([&] {
    return sidecar.log().find(
               "left out: it was due more than an hour ago\" summary=daily "
               "due=\"2026-11-22 23:00 UTC\"") != std::string::npos;
  })) << sidecar.log();
  EXPECT_EQ(heard("/desk", "daily").size(), 2U);
  EXPECT_EQ(heard("/desk", "weekly").size(), 1U);
}

// Breaks it: sidecar/outputs/alerts/dispatcher.cpp: `schedule_.restore` -> `(void)`
TEST_F(ChecklistR95, IsToldThroughAlertmanagerAtTheStartAfterItsTimeAndNotAtTheNextOne) {
  const std::time_t just_now = system_clock::to_time_t(system_clock::now() - 2min);
  std::tm parts{};
  ::gmtime_r(&just_now, &parts);
  std::array<char, 8> time{};
  std::strftime(time.data(), time.size(), "%H:%M", &parts);
  const int port = free_port();
  const std::string manager = "127.0.0.1:" + std::to_string(port);
  const auto start =
      flags("alerting:\n  alertmanagers: [{url: 'http://" + manager + "'}]\n  webhooks: [{url: '" +
            url("/desk") + "'}]\n  summaries: [{name: daily, at: \"" + time.data() +
            "\", fields: {Rules: vector(2)}}]\n");
  wall.step(-1h);
  SidecarProcess sidecar{directory.path(), start};
  WallClock::is_right_again();
  const std::string sent = directory.path() + "/state/alerts/sent";
  ASSERT_TRUE(eventually([&] { return read_file(sent).find("daily") != std::string::npos; }));
  sidecar.process().kill_now();  // and is not there when it is due

  write_file(at("am.yml"),
             "route: {receiver: hook, group_wait: 0s, group_interval: 1s}\nreceivers:\n- name: "
             "hook\n  webhook_configs: [{url: '" +
                 url("/manager") + "', send_resolved: true}]\n");
  const Process alertmanager{{"/usr/bin/prometheus-alertmanager", "--config.file=" + at("am.yml"),
                              "--storage.path=" + at("am"), "--web.listen-address=" + manager,
                              "--cluster.listen-address="},
                             at("am.log")};
  ASSERT_TRUE(eventually([&] { return !http_get(port, "/-/ready").empty(); }))
      << read_file(at("am.log"));
  sidecar.start();
  ASSERT_TRUE(hears("/manager", "daily", 1)) << sidecar.log();
  ASSERT_TRUE(hears("/desk", "daily", 1)) << sidecar.log();
  EXPECT_EQ(heard("/manager", "daily").front(), "Rules: 2");
  const auto shown = nlohmann::json::parse(http_get(port, "/api/v2/alerts"));
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown.at(0).at("status").at("state"), "active");
  EXPECT_GT(shown.at(0).at("endsAt"), shown.at(0).at("updatedAt"));

  ASSERT_TRUE(eventually([&] {  // that the desk was told is on disk
    const auto kept = nlohmann::json::parse(read_file(sent), nullptr, false);
    return kept.is_object() && kept.at("alerts").empty();
  })) << read_file(sent);
  sidecar.start();
  std::this_thread::sleep_for(6s);  // longer than summaries wait after a start
  EXPECT_EQ(heard("/desk", "daily").size(), 1U);
  EXPECT_EQ(heard("/manager", "daily").size(), 1U);
}

}  // namespace
}  // namespace outrider::testing
