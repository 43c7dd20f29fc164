// SPDX-License-Identifier: Apache-2.0
// Prometheus' text format, read: samples, and what is said of their families. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "aggregate/schema.hpp"

namespace outrider::probes {

struct Sample {
  std::string name;
  aggregate::Labels labels;  ///< sorted
  double value = 0;
};

struct Exposition {
  std::vector<Sample> samples;
  std::map<std::string, std::string> types;  ///< by family, as written
  std::map<std::string, std::string> helps;  ///< by family
  std::string problem;                       ///< of the first line that is none; else empty
};

Exposition parse_exposition(std::string_view text);

}  // namespace outrider::probes
