// SPDX-License-Identifier: Apache-2.0
// The one document of a YAML file. YAML::LoadAll must not be used: on some texts
// (a comma at the start of a line is enough) it finds documents without end.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <string_view>

namespace outrider::config {

struct YamlText {
  std::optional<YAML::Node> document;  ///< nothing: the text is empty
  std::optional<YAML::Mark> second;    ///< where a document begins that should not be there
};

/// Throws YAML::Exception.
YamlText read_yaml(const std::string& text);

/// The sentence for one: the library's own words say neither what was needed nor what to do.
std::string not_yaml(const YAML::Exception& error, std::string_view needed);

}  // namespace outrider::config
