// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: one mapping of a list while it is read. Every field that is
// asked for is known; what is wrong with one is told, and its default stays.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/probes.hpp"
#include "config/read_context.hpp"
#include "config/store.hpp"

namespace outrider::config {

class EntryFields {
 public:
  /// `path` is what messages call the mapping: "probes[0]".
  EntryFields(std::string path, const YAML::Node& mapping, const ReadContext& context);

  /// Null when the field is not there.
  [[nodiscard]] const YAML::Node* find(std::string_view name) const;
  void refuse_all_but(const std::vector<std::string_view>& known) const;
  void problem(const YAML::Node& at, const std::string& field, const std::string& text) const;
  /// The mapping lacks something.
  void lacks(const std::string& text) const { problem(mapping_, "", text); }

  /// What people call the entry: one that is not in `taken`, and then is.
  void name(std::set<std::string>& taken, std::string& into) const;
  /// False when it is not there or not one value.
  bool text(const char* name, std::string& into) const;
  void duration(const char* name, std::chrono::nanoseconds& into, Range range) const;
  void count(const char* name, std::uint32_t& into, std::uint32_t most) const;
  bool number(const char* name, double& into) const;
  void labels(const char* name, ProbeLabels& into) const;
  /// A name that Prometheus allows and that is not the sidecar's own. `name` must be there.
  void series(const char* name, std::string& into) const;
  /// Variables of a program.
  void environment(const char* name, std::map<std::string, std::string>& into) const;
  /// A list of texts, or one.
  void texts(const char* name, std::vector<std::string>& into) const;

  /// Calls `store` with each key and value of a mapping; it returns what was needed.
  template <class Store>
  void pairs(const char* name, const Store& store) const {
    const YAML::Node* mapping = find(name);
    if (mapping == nullptr) return;
    if (!mapping->IsMap())
      return problem(*mapping, name, "found " + found_text(*mapping) + "; needed a mapping");
    for (const auto& item : *mapping) {
      const bool are_texts = item.first.IsScalar() && item.second.IsScalar();
      const std::string_view needed =
          are_texts ? store(item.first.Scalar(), item.second.Scalar()) : "one value";
      if (needed.empty()) continue;
      const std::string key = item.first.IsScalar() ? item.first.Scalar() : found_text(item.first);
      problem(item.first, std::string{name} + '.' + key,
              "found " + found_text(item.second) + "; needed " + std::string{needed});
    }
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const YAML::Node& mapping() const { return mapping_; }
  [[nodiscard]] const ReadContext& context() const { return context_; }

 private:
  std::string path_;
  YAML::Node mapping_;
  const ReadContext& context_;
  std::map<std::string, YAML::Node, std::less<>> fields_;
};

bool is_metric_name(std::string_view text);

/// A list of the document: "probes".
struct EntryList {
  std::string name;
  const YAML::Node& list;
  std::size_t most = std::numeric_limits<std::size_t>::max();
};

/// Calls `read` with the fields of each mapping of the list, and the entry of `into` that
/// it becomes. Nothing is an empty list.
template <class Entry, class Read>
void read_entries(const EntryList& from, const ReadContext& context, std::vector<Entry>& into,
                  const Read& read) {
  const auto& [name, list, most] = from;
  if (list.IsNull()) return;
  if (!list.IsSequence())
    return context.problem(list, name + ": found " + found_text(list) + "; needed a list");
  if (list.size() > most)
    return context.problem(list, name + ": found " + std::to_string(list.size()) +
                                     " of them; needed " + std::to_string(most) + " or fewer");
  for (const YAML::Node& entry : list) {
    const EntryFields fields{name + '[' + std::to_string(into.size()) + ']', entry, context};
    Entry& read_into = into.emplace_back();
    if (entry.IsMap()) read(fields, read_into);
  }
}

/// A finite number, whole.
bool parse_number(const std::string& text, double& into);

}  // namespace outrider::config
