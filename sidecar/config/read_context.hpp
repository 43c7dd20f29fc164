// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: what readers of parts of a document share with the whole.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <string>

namespace outrider::config {

/// Where problems go to, and how a path is to be understood.
struct ReadContext {
  std::function<void(const YAML::Node& at, std::string text)> problem;
  std::function<std::string(const std::string& path)> beside_the_file;
};

/// What `value` is, for people.
std::string found_text(const YAML::Node& value);

}  // namespace outrider::config
