// SPDX-License-Identifier: Apache-2.0
// The dashboards that this repository ships.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "dashboards/description_reader.hpp"
#include "dashboards/grafana_writer.hpp"

namespace outrider::testing {

inline const std::string deploy = OUTRIDER_SOURCE_DIR "/tools/deploy/";

inline const std::vector<std::string> systems{"outrider", "go_bot", "graphwiz", "thunes",
                                              "trading_platform"};

/// `system` is a profile's name, or "outrider".
inline std::vector<dashboards::Dashboard> described(const std::string& system) {
  const dashboards::Described found = dashboards::read_description_file(
      deploy + (system == "outrider" ? "" : "profiles/" + system + '/') + "dashboards.yml");
  if (!found.problems.empty()) throw std::runtime_error{found.problems[0].text()};
  return found.dashboards;
}

inline std::vector<dashboards::Dashboard> all_described() {
  std::vector<dashboards::Dashboard> all;
  for (const std::string& system : systems)
    for (const dashboards::Dashboard& dashboard : described(system)) all.push_back(dashboard);
  return all;
}

/// As Grafana is given it.
inline dashboards::Json dashboard(const std::string& uid) {
  for (const dashboards::Dashboard& each : all_described())
    if (each.uid == uid) return dashboards::to_grafana(each);
  throw std::runtime_error{"there is no dashboard " + uid};
}

inline dashboards::Json panel(const std::string& uid, const std::string& title) {
  const dashboards::Json json = dashboard(uid);
  for (const auto& each : json["panels"])
    if (each["title"] == title && each["type"] != "row") return each;
  throw std::runtime_error{uid + " has no panel " + title};
}

}  // namespace outrider::testing
