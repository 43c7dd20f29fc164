// SPDX-License-Identifier: Apache-2.0
// Alerts of a whole cluster: what an Alertmanager posts to /api/v1/webhook kills
// or halts on this host what protection.cluster_alerts says, like a person with
// the role killer.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "config/config.hpp"
#include "outputs/http_message.hpp"
#include "outputs/log.hpp"
#include "own_series.hpp"
#include "protection/control.hpp"

namespace outrider {

class AlertsIn {
 public:
  using Policy = std::vector<config::ClusterAlertConfig>;
  struct Parts {
    protection::Control& control;
    outputs::Log& log;
    SharedFacts& facts;
  };

  AlertsIn(Parts parts, Policy policy);

  /// Any thread: what holds for the next alerts.
  void replace(Policy policy);

  /// Any thread; waits for the guard and the disk. 200 when everything that had to
  /// be closed is; 503 makes the Alertmanager send it again.
  outputs::Response take(const outputs::Request& request, const protection::Caller& caller);

 private:
  [[nodiscard]] std::shared_ptr<const Policy> policy();

  Parts parts_;
  std::mutex mutex_;
  std::shared_ptr<const Policy> policy_;
};

}  // namespace outrider
