// SPDX-License-Identifier: Apache-2.0
// Reading a YAML mapping strictly: each key once, none unknown, every scalar
// with its place. Collects problems; never stops at the first. Private to rules.
#pragma once

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule_file.hpp"

namespace outrider::rules {

class YamlReader {
 public:
  YamlReader(std::string_view text, std::string file, std::vector<FileProblem>& problems)
      : text_{text}, file_{std::move(file)}, problems_{problems} {}

  void report(const YAML::Mark& mark, std::string reason);
  /// The problem is at `offset` bytes into the value of a scalar.
  void report_in(const YAML::Node& scalar, std::size_t offset, std::string reason);

  /// Whether `node` is a mapping with these keys at most, each once.
  bool check_map(const YAML::Node& node, std::string_view what,
                 std::initializer_list<std::string_view> keys);
  bool check_sequence(const YAML::Node& node, std::string_view what);

  /// A scalar's text; nothing, and a problem, when it is a list or a mapping.
  /// Null reads as empty.
  std::optional<std::string> text_of(const YAML::Node& node, std::string_view what);

  /// A Prometheus duration under `key`; `fallback` when there is none.
  std::chrono::nanoseconds duration(const YAML::Node& map, const char* key,
                                    std::chrono::nanoseconds fallback);

  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  std::string_view text_;
  std::string file_;
  std::vector<FileProblem>& problems_;
};

/// YAML's place as lines and columns from 1.
inline std::size_t from_one(int zero_based) {
  return static_cast<std::size_t>(zero_based + 1);
}

}  // namespace outrider::rules
