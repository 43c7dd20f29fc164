// SPDX-License-Identifier: Apache-2.0
// What an Alertmanager tells through its webhook (version 4 of that payload), and
// what of it closes a scope on this host. A webhook only closes: an alert that is
// resolved opens nothing, a person arms.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace outrider::protection {

struct ClusterClosing {
  config::ClusterAction action = config::ClusterAction::halt_new;
  std::string scope;     ///< as `outrider kill --scope` takes it
  std::string reason;    ///< the alert, its summary and where it came from
  std::string duration;  ///< of a halt, such as 10m; empty: until armed
};

struct ClusterAlerts {
  std::vector<ClusterClosing> closings{};  ///< each action on each scope once
  std::size_t firing = 0;                  ///< alerts, known or not
  std::vector<std::string> unknown{};      ///< names of those that `policy` does not have
  std::string problem{};                   ///< not empty: nothing was understood
};

/// A label that the alert does not have, or whose value can be no scope, closes
/// `global`: more, never less.
ClusterAlerts read_cluster_alerts(std::string_view body,
                                  const std::vector<config::ClusterAlertConfig>& policy);

}  // namespace outrider::protection
