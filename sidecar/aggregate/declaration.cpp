// SPDX-License-Identifier: Apache-2.0
#include "aggregate/declaration.hpp"

namespace outrider::aggregate {
namespace {

bool is_distribution(const Declaration& declared) {
  return declared.kind == FamilyKind::histogram || declared.kind == FamilyKind::summary;
}

}  // namespace

std::vector<std::string> names_of(const Declaration& declared) {
  if (!is_distribution(declared)) return {declared.name};
  std::vector<std::string> names{declared.name, declared.name + "_count", declared.name + "_sum"};
  if (declared.kind == FamilyKind::histogram) names.push_back(declared.name + "_bucket");
  return names;
}

std::vector<std::string> plain_samples(const Declaration& declared) {
  if (!is_distribution(declared)) return {declared.name};
  return {declared.name + "_count", declared.name + "_sum"};
}

std::string sample_key(const std::string& name, const Labels& labels) {
  std::string key = name;
  for (const auto& [label, value] : labels) (key += '\0') += label + '\0' + value;
  return key;
}

std::string description(const Declaration& declared) {
  const auto& [name, help, kind, edges, unit] = declared;
  if (kind == FamilyKind::counter) return "a counter";
  if (kind == FamilyKind::gauge) return unit.empty() ? "a gauge" : "a gauge of " + unit;
  if (kind == FamilyKind::summary) return "a summary of " + unit;
  std::string text = "a histogram of " + unit + " with bounds";
  for (const double edge : edges) text += ' ' + edge_text(edge);
  return text;
}

}  // namespace outrider::aggregate
