// SPDX-License-Identifier: Apache-2.0
// What all JSON of the pages has in common.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "outputs/status.hpp"

namespace outrider::outputs {

using Json = nlohmann::ordered_json;

/// Names come from other processes: bytes that are no UTF-8 are replaced, not thrown at.
inline std::string dumped(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// The same in one line.
inline std::string packed(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

inline Json wall_json(WallMs time) {
  return time == 0 ? Json{} : Json(wall_text(time));
}

inline Json age_json(const std::optional<std::chrono::nanoseconds>& age) {
  return age ? Json(std::chrono::duration<double>(*age).count()) : Json{};
}

inline Json labels_json(const aggregate::Labels& labels) {
  Json json = Json::object();
  for (const auto& [name, value] : labels) json[name] = value;
  return json;
}

/// The members of /api/v1/status, of /health, and of `samples` and one alert in them.
Json status_to_json(const Status& status);
Json health_to_json(const Status& status);
Json samples_to_json(const Status& status);
Json to_json(const AlertStatus& alert);

template <class Items, class ToJson>
Json list_json(const Items& items, const ToJson& to_json) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

}  // namespace outrider::outputs
