// SPDX-License-Identifier: Apache-2.0
// JSON that says things in the order in which they were put in.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "aggregate/schema.hpp"

namespace outrider::alerts {

using Json = nlohmann::ordered_json;

inline Json labels_json(const aggregate::Labels& labels) {
  Json json = Json::object();
  for (const auto& [name, value] : labels) json[name] = value;
  return json;
}

/// Names come from other processes: bytes that are no UTF-8 are replaced, not thrown at.
inline std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace outrider::alerts
