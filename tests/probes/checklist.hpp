// SPDX-License-Identifier: Apache-2.0
// What the tests of the checklist share: scripts, configurations, and waiting for
// what stands on the page of a real sidecar.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "process/harness.hpp"

namespace outrider::testing {

using namespace std::chrono_literals;

/// A sidecar with probes in a directory of the test's own.
struct Checklist : ::testing::Test {
  TempDirectory directory;

  [[nodiscard]] std::string at(const std::string& name) const {
    return directory.path() + '/' + name;
  }
  std::string script(const std::string& name, const std::string& body) const {
    write_file(at(name), "#!/bin/sh\n" + body + "\n");
    ::chmod(at(name).c_str(), 0700);
    return at(name);
  }
  /// A line of `probes:` for the health script of one server.
  [[nodiscard]] std::string health(const std::string& server, const std::string& more = "") const {
    return "  - {name: mcp-" + server + ", exec: [" + at(server) +
           "], series: lab_mcp_server_health, labels: {server_name: " + server + "}" + more + "}\n";
  }
  std::vector<std::string> flags(const std::string& config, const std::string& rules = "") const {
    write_file(at("sidecar.yml"), config);
    write_file(at("test.rules.yml"), rules.empty() ? "groups: []\n" : rules);
    return {"--config.file=" + at("sidecar.yml"), "--rules.file=" + at("test.rules.yml")};
  }
  static std::string of(const std::string& server) {
    return "lab_mcp_server_health{server_name=\"" + server + "\"}";
  }
  static bool becomes(const SidecarProcess& sidecar, const std::string& series, double value) {
    const bool does = eventually([&] { return sidecar.metric(series) == value; });
    if (!does) ADD_FAILURE() << series << " is not " << value << '\n' << sidecar.get("/metrics");
    return does;
  }
};

}  // namespace outrider::testing
