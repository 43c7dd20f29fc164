// SPDX-License-Identifier: Apache-2.0
#include "promql/labels.hpp"

#include <algorithm>

namespace outrider::promql {

namespace {

Labels filtered(const Labels& labels, const std::vector<std::string>& names, bool keep) {
  Labels out;
  for (const auto& label : labels) {
    const bool listed = std::find(names.begin(), names.end(), label.first) != names.end();
    if (listed == keep) out.push_back(label);
  }
  return out;
}

}  // namespace

bool is_label_name(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_part = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
  };
  return !name.empty() && !is_digit(name[0]) && std::all_of(name.begin(), name.end(), is_part);
}

Labels normalized(Labels labels) {
  std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
  std::sort(labels.begin(), labels.end());
  const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
  labels.erase(std::unique(labels.begin(), labels.end(), same_name), labels.end());
  return labels;
}

Labels keep_labels(const Labels& labels, const std::vector<std::string>& names) {
  return filtered(labels, names, true);
}

Labels drop_labels(const Labels& labels, const std::vector<std::string>& names) {
  return filtered(labels, names, false);
}

Labels drop_name(const Labels& labels) {
  return drop_labels(labels, {metric_name_label});
}

void set_label(Labels& labels, const std::string& name, const std::string& value) {
  std::erase_if(labels, [&](const auto& label) { return label.first == name; });
  if (value.empty()) return;
  const auto place = std::find_if(labels.begin(), labels.end(),
                                  [&](const auto& label) { return label.first > name; });
  labels.emplace(place, name, value);
}

std::string to_text(const Labels& labels) {
  std::string name;
  std::string rest;
  for (const auto& [label, value] : labels) {
    if (label == metric_name_label) {
      name = value;
      continue;
    }
    rest += (rest.empty() ? "" : ", ") + label + "=\"";
    for (const char c : value) {
      if (c == '\n') {
        rest += "\\n";
        continue;
      }
      if (c == '"' || c == '\\') rest += '\\';
      rest += c;
    }
    rest += '"';
  }
  return name + "{" + rest + "}";
}

}  // namespace outrider::promql
