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
#include "config/read_context.hpp"

namespace outrider::config {

class Reader {
 public:
  Reader(const std::string& source, Loaded& loaded) : source_{source}, loaded_{loaded} {}

  void read_document(const YAML::Node& root);

 private:
  void read_mapping(const YAML::Node& mapping, const std::string& prefix);
  void read_key(const std::string& path, const YAML::Node& key, const YAML::Node& value);
  void read_value(const std::string& path, const YAML::Node& at, const YAML::Node& value);

  // Lists of protection, in reader_protection.cpp.
  void read_breakers(const YAML::Node& list);
  void read_kill_switch(const YAML::Node& list);
  void read_entry_blocks(const YAML::Node& list);
  void read_cluster_alerts(const YAML::Node& list);
  /// In reader_escalation.cpp.
  void read_escalation(const YAML::Node& value);
  void read_on_stale(const YAML::Node& list);

  /// The fields of one entry of a list, each known and at most once.
  using Fields = std::map<std::string, YAML::Node>;
  Fields read_entry(const std::string& path, const YAML::Node& entry,
                    const std::vector<std::string_view>& known);
  struct NumberField {
    const char* name;
    std::uint32_t most;
  };
  /// False, and told, when `list` is something else than a list or nothing.
  bool is_list(const std::string& path, const YAML::Node& list);
  /// The same for all that name an alert and a scope.
  template <class Entry>
  void read_alert_and_scope(const std::string& path, const YAML::Node& at, const Fields& fields,
                            Entry& entry);
  void read_action(const std::string& path, const Fields& fields, BreakerConfig& breaker);
  void read_cluster_action(const std::string& path, const Fields& fields,
                           ClusterAlertConfig& entry);
  void read_auto_rearm(const std::string& path, const Fields& fields, BreakerConfig& breaker);
  /// A field that is there: a whole number to `field.most`.
  void read_number(const std::string& path, const Fields& fields, const NumberField& field,
                   std::optional<std::uint32_t>& number);
  /// A field that is there: `path.name`, above 0s and to 1d.
  void read_duration(const std::string& path, const char* name, const Fields& fields,
                     std::chrono::nanoseconds& duration);
  void unknown_key(const std::string& name, const YAML::Node& at,
                   const std::vector<std::string_view>& known);
  void problem(const YAML::Node& at, std::string text);

  const std::string& source_;
  Loaded& loaded_;
  std::map<std::string, int> seen_;  ///< path to the line that gave it
};

Place place_of(const YAML::Mark& mark);

}  // namespace outrider::config
