// SPDX-License-Identifier: Apache-2.0
#include "rules/yaml_reader.hpp"

#include <algorithm>
#include <set>

#include "config/problem.hpp"
#include "promql/duration.hpp"
#include "rules/yaml_text.hpp"

namespace outrider::rules {

namespace {

std::string kind_of(const YAML::Node& node) {
  if (node.IsSequence()) return "a list";
  if (node.IsMap()) return "a mapping";
  return node.IsScalar() ? config::in_quotes(node.Scalar()) : "nothing";
}

std::string listed(std::initializer_list<std::string_view> keys) {
  std::string text;
  std::size_t left = keys.size();
  for (const std::string_view key : keys) {
    text += key;
    if (--left > 0) text += left == 1 ? " or " : ", ";
  }
  return text;
}

}  // namespace

void YamlReader::report(const YAML::Mark& mark, std::string reason) {
  problems_.push_back({file_, from_one(mark.line), from_one(mark.column), std::move(reason)});
}

void YamlReader::report_in(const YAML::Node& scalar, std::size_t offset, std::string reason) {
  const promql::Location place = locate_in_scalar(text_, scalar.Mark(), scalar.Scalar(), offset);
  problems_.push_back({file_, place.line, place.column, std::move(reason)});
}

bool YamlReader::check_map(const YAML::Node& node, std::string_view what,
                           std::initializer_list<std::string_view> keys) {
  if (!node.IsMap()) {
    report(node.Mark(), std::string{what} + ": found " + kind_of(node) + "; needed a mapping");
    return false;
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    const bool known = keys.size() == 0 || std::find(keys.begin(), keys.end(), key) != keys.end();
    const std::string found = std::string{what} + ": found ";
    if (!known) {
      report(entry.first.Mark(),
             found + "unknown key " + config::in_quotes(key) + "; needed " + listed(keys));
    }
    if (!seen.insert(key).second) {
      report(entry.first.Mark(),
             found + "key " + config::in_quotes(key) + " twice; needed once; drop one");
    }
  }
  return true;
}

bool YamlReader::check_sequence(const YAML::Node& node, std::string_view what) {
  if (node.IsSequence()) return true;
  report(node.Mark(), std::string{what} + ": found " + kind_of(node) + "; needed a list");
  return false;
}

std::optional<std::string> YamlReader::text_of(const YAML::Node& node, std::string_view what) {
  if (node.IsNull()) return std::string{};
  if (node.IsScalar()) return node.Scalar();
  report(node.Mark(), std::string{what} + ": found " + kind_of(node) + "; needed one text");
  return std::nullopt;
}

std::chrono::nanoseconds YamlReader::duration(const YAML::Node& map, const char* key,
                                              std::chrono::nanoseconds fallback) {
  const YAML::Node node = map[key];
  if (!node || node.IsNull()) return fallback;
  const auto text = text_of(node, key);
  if (!text) return fallback;
  const auto parsed = promql::parse_duration(*text);
  if (parsed) return *parsed;
  report(node.Mark(), std::string{key} + ": found " + config::in_quotes(*text) +
                          "; needed a duration such as 250ms or 1m30s");
  return fallback;
}

}  // namespace outrider::rules
