// SPDX-License-Identifier: Apache-2.0
// The live page of a real sidecar in a real browser.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

#include "cli/recording_trader.hpp"
#include "process/harness.hpp"

namespace outrider::testing {
namespace {

constexpr const char* rules = R"(groups:
  - name: live
    interval: 100ms
    rules:
      - {alert: Busy, expr: order_send_seconds_count > 10, labels: {severity: info}}
)";

/// Records a hundred samples and orders a hundred times a second, until it goes.
class BusyTrader {
 public:
  explicit BusyTrader(const std::string& directory) : trader_{directory} {}
  ~BusyTrader() {
    stop_ = true;
    thread_.join();
  }

 private:
  cli::RecordingTrader trader_;
  std::atomic<bool> stop_{false};
  std::thread thread_{[this] {
    while (!stop_) {
      trader_.record(100);
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }};
};

class ChecklistR99 : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const {
    return place_.path() + "/" + name;
  }
  void start(const std::string& settings = {}) {
    write_file(path("live.rules.yml"), rules);
    write_file(path("sidecar.yml"), "rules: {file: [live.rules.yml]}\n" + settings);
    sidecar_.emplace(place_.path(),
                     std::vector<std::string>{"--config.file=" + path("sidecar.yml")});
    write_file(path("sidecar.pid"), std::to_string(sidecar_->process().pid()));
    trader_.emplace(sidecar_->segments());
    ASSERT_TRUE(eventually([this] {
      return sidecar_->outrider("arm --reason 'the live page is tested in a browser'") == 0;
    }));
  }
  /// Empty where all was as it should be.
  [[nodiscard]] std::string browse(const std::string& scene) const {
    std::string said;
    const int code =
        run("node " + std::string{OUTRIDER_SOURCE_DIR} + "/tests/live/browse.mjs " + scene +
                " http://127.0.0.1:" + std::to_string(sidecar_->port()) + "/live " + place_.path() +
                " '" + OUTRIDER_BIN_DIR + "/outrider --segment.dir " + sidecar_->segments() +
                " --control.socket " + path("control.sock") + "' 2>&1",
            &said);
    RecordProperty("browser", said);
    return code == 0 ? std::string{} : said + "\ntools/install_packages.sh installs the browser";
  }

  TempDirectory place_;
  std::optional<SidecarProcess> sidecar_;
  std::optional<BusyTrader> trader_;
};

// Breaks it: sidecar/outputs/live/live_stream.hpp: `return std::chrono::milliseconds{100}` ->
// `return std::chrono::milliseconds{1000}`
TEST_F(ChecklistR99, ShowsGatesAlertsLatenciesAndRatesTenTimesASecond) {
  start();
  EXPECT_EQ(browse("changes"), "");
}

// Breaks it: sidecar/outputs/live/page/live.js: `? "light" : "dark"` -> `? "dark" : "dark"`
TEST_F(ChecklistR99, IsForAPhoneForTheKeyboardAndForBothColours) {
  start();
  EXPECT_EQ(browse("hands"), "");
}

// Breaks it: sidecar/outputs/live/page/plots.js: `if (window.uPlot) this` -> `if (true) this`
TEST_F(ChecklistR99, DrawsPlainPlotsWhereTheBuildHadNoNpm) {
  start();
  EXPECT_EQ(browse("plain"), "");
}

// Breaks it: sidecar/outputs/readers.cpp: `listens ? with_offered_token(request) : request` ->
// `request`
TEST_F(ChecklistR99, AsksForATokenAndComesBackWithTheSidecar) {
  write_file(path("viewers"), "anna viewer-0123456789abcdef\n");
  ::chmod(path("viewers").c_str(), 0600);
  start("web: {viewer-tokens: viewers}\n");
  auto said = std::async(std::launch::async, [this] { return browse("comes_back"); });
  // Here, not in a thread that ends: what it starts would end with it.
  if (eventually([this] { return ::access(path("killed").c_str(), F_OK) == 0; })) {
    sidecar_->process().wait();
    sidecar_->start();
  }
  EXPECT_EQ(said.get(), "");
}

}  // namespace
}  // namespace outrider::testing
