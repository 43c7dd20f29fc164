// SPDX-License-Identifier: Apache-2.0
// The series of a profile's metrics.yml, registered and moved by their written form.
#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <outrider/producer.hpp>
#include <string>
#include <utility>
#include <vector>

namespace outrider::testing {

/// `name{label="value",...}`; no value here has an escaped character.
struct SeriesText {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  static SeriesText parse(const std::string& text);
};

class Simulated {
 public:
  Simulated(Producer& producer, Writer& writer, const YAML::Node& profile);

  void register_gates();
  /// Each family, with the first value of each of its labels.
  void move_all();
  /// A line of the levels file.
  void apply(const std::string& line);

 private:
  struct Handle {
    std::string type;
    double unit = 1;  ///< recorded values in one base unit
    bool is_streak = false;
    Counter counter;
    Gauge gauge;
    FailureStreak streak;
    Histogram histogram;
    double level = 0;
    bool is_second = false;  ///< of two values in turn
  };
  Handle& handle_of(const std::string& series);
  Handle make(const SeriesText& series, const YAML::Node& metric);
  static void hold(Handle& handle, double level);

  Producer& producer_;
  Writer& writer_;
  YAML::Node profile_;
  std::map<std::string, YAML::Node> metrics_;  ///< by name
  std::map<std::string, Handle> handles_;      ///< by written form
};

}  // namespace outrider::testing
