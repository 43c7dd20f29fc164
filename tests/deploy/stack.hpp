// SPDX-License-Identifier: Apache-2.0
// The stack that compose.yaml describes, of Debian's packages: a sidecar, four services,
// Prometheus and Alertmanager with the files and the flags that are shipped, and a webhook.
// So that a test takes seconds, 15 s are one, unless $OUTRIDER_STACK says as-shipped.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <outrider/producer.hpp>
#include <string>
#include <vector>

#include "probes/test_server.hpp"
#include "process/harness.hpp"

namespace outrider::testing {

/// Of a port on loopback, as configurations have it.
std::string address(int port);

/// With the first of each pair replaced by the second, which must be there.
std::string replaced(std::string text,
                     const std::vector<std::pair<std::string, std::string>>& pairs);

class Stack : public ::testing::Test {
 protected:
  static constexpr const char* services[] = {"signal-service", "execution-gateway", "orchestrator",
                                             "market-data-service"};

  void SetUp() override;
  [[nodiscard]] std::string path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }
  /// Prometheus' answer to an instant query.
  [[nodiscard]] std::string query(const std::string& encoded) const;
  /// The value of the one series that it is about; nothing when there is none.
  [[nodiscard]] std::optional<double> value(const std::string& encoded) const;
  [[nodiscard]] bool all_targets_are_up() const;
  /// Whether the webhook was told that this fires.
  [[nodiscard]] bool is_told(const std::string& alert) const;
  [[nodiscard]] Process start_prometheus(const std::string& config, const std::string& name,
                                         int port, std::vector<std::string> more = {}) const;
  void write_prometheus_files() const;
  void write_alertmanager_file() const;

  static bool as_shipped();
  static std::string shipped(const std::string& file);
  /// With intervals of a test.
  static std::string shipped_prometheus(const std::string& file);

  TempDirectory directory_;
  int prometheus_port_ = free_port();
  int alertmanager_port_ = free_port();
  int webhook_port_ = free_port();
  std::map<std::string, std::unique_ptr<probes::TestServer>> servers_;
  std::optional<SidecarProcess> sidecar_;
  std::optional<Producer> producer_;
  Process webhook_;
  Process alertmanager_;
  Process prometheus_;
};

}  // namespace outrider::testing
