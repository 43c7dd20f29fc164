// SPDX-License-Identifier: Apache-2.0
// A description to what Grafana loads. The same description gives the same bytes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "dashboards/description.hpp"

namespace outrider::dashboards {

/// In the order in which it is written.
using Json = nlohmann::ordered_json;

/// Of the dashboards of Grafana 12; older ones load it.
inline constexpr int schema_version = 42;

/// What Grafana calls the queries of a panel: A, B, and so on.
std::string ref_id(std::size_t number);

Json to_grafana(const Dashboard& dashboard);

/// The text of a file. `wrap`: the body of a POST to /api/dashboards/db, which a file for
/// provisioning must not be.
std::string grafana_text(const Dashboard& dashboard, bool wrap = false);

/// The text that a JSON file has; also of one that somebody else has written.
std::string json_text(const Json& json);

}  // namespace outrider::dashboards
