// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: a YAML document as key paths. `web: {listen-address: x}`
// and `web.listen-address: x` are the same, which is also how `loop` and
// `loop.cpu` can both have a value.
#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"

namespace outrider::config {

class Reader {
 public:
  Reader(const std::string& source, Loaded& loaded) : source_{source}, loaded_{loaded} {}

  void read_document(const YAML::Node& root);

 private:
  void read_mapping(const YAML::Node& mapping, const std::string& prefix);
  void read_key(const std::string& path, const YAML::Node& key, const YAML::Node& value);
  void read_value(const std::string& path, const YAML::Node& at, const YAML::Node& value);
  void read_breakers(const YAML::Node& list);
  void read_kill_switch(const YAML::Node& list);

  /// The fields of one entry of a list, each known and at most once.
  using Fields = std::map<std::string, YAML::Node>;
  Fields read_entry(const std::string& path, const YAML::Node& entry,
                    const std::vector<std::string_view>& known);
  /// Of a breaker or a kill switch, which name them alike.
  template <class Entry>
  void read_alert_and_scope(const std::string& path, const YAML::Node& at, const Fields& fields,
                            Entry& entry);
  void read_action(const std::string& path, const Fields& fields, BreakerConfig& breaker);
  void read_cooldown(const std::string& path, const Fields& fields, BreakerConfig& breaker);
  void unknown_key(const std::string& name, const YAML::Node& at,
                   const std::vector<std::string_view>& known);
  void problem(const YAML::Node& at, std::string text);

  const std::string& source_;
  Loaded& loaded_;
  std::map<std::string, int> seen_;  ///< path to the line that gave it
};

Place place_of(const YAML::Mark& mark);

}  // namespace outrider::config
