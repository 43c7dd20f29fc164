// SPDX-License-Identifier: Apache-2.0
// Where the files of a profile are, and which of them are rules.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace outrider::testing {

inline std::string profile_file(const std::string& system, const std::string& name) {
  return OUTRIDER_SOURCE_DIR "/tools/deploy/profiles/" + system + "/" + name;
}

/// In the order in which they are loaded.
inline std::vector<std::string> rule_files(const std::string& system) {
  return YAML::LoadFile(profile_file(system, "sidecar.yml"))["rules"]["file"]
      .as<std::vector<std::string>>();
}

}  // namespace outrider::testing
