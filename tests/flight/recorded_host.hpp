// SPDX-License-Identifier: Apache-2.0
// A sidecar whose traders are in the test, and the recordings that it makes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "flight/shelf.hpp"
#include "process/harness.hpp"

namespace outrider::testing {

inline constexpr const char* flight_rules = R"(groups:
  - name: loss
    interval: 1ms
    rules:
      - {alert: VenueLoss, expr: venue_pnl < -100}
      - {alert: MaxLoss, expr: pnl_dollars < -1000}
      - {alert: OutriderDrill, expr: drill_breach == 1}
)";

inline std::string flight_config(const std::string& recorder) {
  return "rules: {file: test.rules.yml}\n"
         "history: {interval: 200ms}\n"
         "external_labels: {env: test}\n"
         "flight-recorder: {" +
         recorder +
         "}\n"
         "protection:\n"
         "  arm_at_start: true\n"
         "  breakers:\n"
         "    - {alert: VenueLoss, scope: venue, action: halt_new, cooldown: 1h}\n"
         "    - {alert: OutriderDrill, scope: producer, action: halt_new, cooldown: 1h}\n"
         "  kill_switch: [{alert: MaxLoss, scope: global}]\n";
}

/// `recorder`: of the configuration.
struct RecordedHost {
  explicit RecordedHost(const std::string& recorder)
      : sidecar{(write_file(place.path() + "/test.rules.yml", flight_rules),
                 write_file(place.path() + "/sidecar.yml", flight_config(recorder)), place.path()),
                {"--config.file=" + place.path() + "/sidecar.yml"}} {}

  /// Names of those that are whole, the oldest first.
  [[nodiscard]] std::vector<std::string> recordings() const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& each : std::filesystem::directory_iterator(directory, error)) {
      const std::string name = each.path().filename();
      if (flight::is_recording_name(name)) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  [[nodiscard]] bool has_recordings(std::size_t count) const {
    return eventually([&] { return recordings().size() == count; });
  }
  [[nodiscard]] nlohmann::json said_by(const std::string& recording) const {
    return nlohmann::json::parse(read_file(directory + '/' + recording + "/recording.json"));
  }
  [[nodiscard]] double count(const std::string& name) const {
    return sidecar.metric("outrider_flight_" + name + "_total{env=\"test\"}").value_or(-1);
  }
  [[nodiscard]] bool comes_to(const std::string& name, double value) const {
    return eventually([&] { return count(name) == value; });
  }
  /// `outrider dump ARGUMENTS`, and its exit code.
  [[nodiscard]] int dump(const std::string& arguments, std::string& output) const {
    output.clear();
    return run(std::string{OUTRIDER_BIN_DIR} + "/outrider dump " + arguments + " --segment.dir=" +
                   sidecar.segments() + " --storage.path=" + place.path() + "/state 2>&1",
               &output);
  }
  /// Of the gate `orders` of gateway-1, by the sidecar's own word.
  [[nodiscard]] bool gate_becomes(const std::string& state) const {
    const std::string series = R"(outrider_gate_state{gate="orders",producer="gateway-1",state=")" +
                               state + R"(",env="test"})";
    return eventually([&] { return sidecar.metric(series) == 1.0; });
  }
  int kill(const std::string& scope = "global") const {
    return sidecar.outrider("kill --scope " + scope + " --reason 'duplicate fills seen'");
  }

  TempDirectory place;
  std::string directory = place.path() + "/state/flight";
  SidecarProcess sidecar;
};

}  // namespace outrider::testing
