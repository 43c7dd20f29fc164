// SPDX-License-Identifier: Apache-2.0
// The part of Prometheus' HTTP API that asks, answered from the sidecar's own history, so
// that Grafana can have the sidecar as a data source of the type Prometheus.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aggregate/schema.hpp"
#include "history/timeline.hpp"
#include "outputs/router.hpp"

namespace outrider::outputs {

/// Where the answers come from; called on the server's thread.
struct QuerySources {
  /// Calls back with the history, which nobody changes meanwhile.
  std::function<void(const std::function<void(const history::Timeline&)>&)> ask;
  std::function<std::chrono::nanoseconds()> now;  ///< Unix time
  /// What is known of metrics by name; null before the first look.
  std::function<std::shared_ptr<const aggregate::Schema>()> schema;
  /// The answer of /api/v1/rules to `type=`: alert, record, or empty. Nothing before the
  /// first look.
  std::function<std::optional<std::string>(const std::string& type)> rules_json;
};

/// Adds /api/v1/query, query_range, series, labels, label/NAME/values, metadata, rules
/// and status/buildinfo to the router. Those that Prometheus takes by POST, too.
void add_query_api(Router& router, const QuerySources& sources);

}  // namespace outrider::outputs
