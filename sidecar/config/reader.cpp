// SPDX-License-Identifier: Apache-2.0
#include "config/reader.hpp"

#include <algorithm>
#include <filesystem>

#include "config/keys.hpp"
#include "config/read_alerting.hpp"
#include "config/read_analytics.hpp"
#include "config/read_probes.hpp"
#include "config/read_recovery.hpp"
#include "config/read_write_back.hpp"

namespace outrider::config {

namespace {

const std::vector<std::string_view> section_lists{"protection.breakers",
                                                  "protection.kill_switch",
                                                  "protection.entry_blocks",
                                                  "protection.cluster_alerts",
                                                  "protection.escalation",
                                                  "protection.on_stale",
                                                  "probes",
                                                  "recovery",
                                                  "write_back",
                                                  "analytics",
                                                  "external_labels"};

/// True when some known name lies below `path`: "web" for "web.listen-address".
bool is_section(const std::string& path) {
  const std::string below = path + '.';
  const auto keys = all_keys();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const Key& key) { return key.name.starts_with(below); });
}

/// Every name that may stand in a file: keys, lists and the sections they are in.
std::vector<std::string_view> known_names() {
  std::vector<std::string_view> names = section_lists;
  names.insert(names.end(), std::begin(alerting_parts), std::end(alerting_parts));
  for (const Key& key : all_keys()) {
    names.push_back(key.name);
    const std::size_t dot = key.name.find('.');
    if (dot != std::string_view::npos) names.push_back(key.name.substr(0, dot));
  }
  return names;
}

std::string beside(const std::string& source, const std::string& path) {
  const std::filesystem::path given{path};
  if (given.empty() || given.is_absolute()) return path;
  return (std::filesystem::path{source}.parent_path() / given).string();
}

}  // namespace

std::string found_text(const YAML::Node& value) {
  if (value.IsSequence()) return "a list";
  if (value.IsMap()) return "a mapping";
  if (value.IsScalar()) return in_quotes(value.Scalar());
  return "nothing";
}

Place place_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1};
}

void Reader::problem(const YAML::Node& at, std::string text) {
  loaded_.problems.push_back({source_, place_of(at.Mark()), std::move(text)});
}

void Reader::unknown_key(const std::string& name, const YAML::Node& at,
                         const std::vector<std::string_view>& known) {
  std::string text = "found unknown key " + in_quotes(name);
  const std::string_view near = nearest(name, known);
  text += near.empty() ? "; needed a key that outrider-sidecar --help lists; remove it"
                       : "; nearest known key: " + std::string{near};
  problem(at, std::move(text));
}

void Reader::read_document(const YAML::Node& root) {
  if (root.IsNull()) return;  // an empty file: the defaults
  if (root.IsMap()) return read_mapping(root, "");
  problem(root, "found " + found_text(root) + "; needed a mapping of keys to values");
}

void Reader::read_mapping(const YAML::Node& mapping, const std::string& prefix) {
  for (const auto& item : mapping) {
    if (!item.first.IsScalar()) {
      problem(item.first,
              "found " + found_text(item.first) + " as a key; needed a name; write one");
      continue;
    }
    const std::string path = prefix + item.first.Scalar();
    const auto [earlier, first_time] = seen_.emplace(path, place_of(item.first.Mark()).line);
    if (first_time) {
      read_key(path, item.first, item.second);
    } else {
      problem(item.first, path +
                              ": found a second time; needed once; remove it, or the one in line " +
                              std::to_string(earlier->second));
    }
  }
}

void Reader::read_key(const std::string& path, const YAML::Node& key, const YAML::Node& value) {
  if (path == "protection.breakers") return read_breakers(value);
  if (path == "protection.kill_switch") return read_kill_switch(value);
  if (path == "protection.entry_blocks") return read_entry_blocks(value);
  if (path == "protection.escalation") return read_escalation(value);
  if (path == "protection.cluster_alerts") return read_cluster_alerts(value);
  if (path == "protection.on_stale") return read_on_stale(value);
  const ReadContext context{
      [this](const YAML::Node& at, std::string text) { problem(at, std::move(text)); },
      [this](const std::string& file) { return beside(source_, file); }};
  if (path == "write_back") return read_write_back(loaded_.config.write_back, value, context);
  if (path == "analytics") return read_analytics(loaded_.config.analytics, value, context);
  if (path == "external_labels")
    return read_external_labels(loaded_.config.external_labels, path, value, context);
  if (path == "probes") return read_probes(loaded_.config.probes, value, context);
  if (path == "recovery") return read_recovery(loaded_.config.recovery, value, context);
  if (std::find(std::begin(alerting_parts), std::end(alerting_parts), path) !=
      std::end(alerting_parts))
    return read_alerting(loaded_.config.alerting, path, value, context);
  if (is_section(path) && value.IsMap()) return read_mapping(value, path + '.');
  if (find_key(path) != nullptr) return read_value(path, key, value);
  if (!is_section(path)) return unknown_key(path, key, known_names());
  if (!value.IsNull()) problem(value, path + ": found " + found_text(value) + "; needed a mapping");
}

void Reader::read_value(const std::string& path, const YAML::Node& at, const YAML::Node& value) {
  const Key& key = *find_key(path);
  const auto store = [&](const YAML::Node& node) {
    Config unused;
    Config& target = node.IsScalar() ? loaded_.config : unused;
    const std::string text = node.IsScalar() ? node.Scalar() : "";
    const std::string_view needed = key.set(target, key.path ? beside(source_, text) : text);
    if (!needed.empty() || !node.IsScalar()) {
      problem(node.IsNull() ? at : node, refusal(key, found_text(node), needed));
    }
  };
  if (key.kind != KeyKind::list || !value.IsSequence()) return store(value);
  if (key.begin != nullptr) key.begin(loaded_.config);
  for (const YAML::Node& item : value) store(item);
}

Reader::Fields Reader::read_entry(const std::string& path, const YAML::Node& entry,
                                  const std::vector<std::string_view>& known) {
  Fields fields;
  if (!entry.IsMap()) {
    problem(entry, path + ": found " + found_text(entry) + "; needed a mapping with an alert");
    return fields;
  }
  for (const auto& item : entry) {
    const std::string name = item.first.IsScalar() ? item.first.Scalar() : "";
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      unknown_key(name, item.first, known);
    } else if (!fields.emplace(name, item.second).second) {
      problem(item.first, path + '.' + name + ": found a second time; needed once; remove one");
    } else if (!item.second.IsScalar()) {
      problem(item.second,
              path + '.' + name + ": found " + found_text(item.second) + "; needed one value");
      fields[name] = YAML::Node{};
    }
  }
  return fields;
}

}  // namespace outrider::config
