// SPDX-License-Identifier: Apache-2.0
#include "config/entry_fields.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "config/ascii.hpp"
#include "config/keys.hpp"
#include "config/problem.hpp"

namespace outrider::config {

namespace {

bool is_entry_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view{"_-.:"}.find(c) != std::string_view::npos;
  });
}

}  // namespace

bool is_metric_name(std::string_view text) {
  const auto begins = [](char c) { return is_letter(c) || c == '_' || c == ':'; };
  if (text.empty() || !begins(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return begins(c) || is_digit(c); });
}

bool parse_number(const std::string& text, double& into) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
    return false;
  into = number;
  return true;
}

EntryFields::EntryFields(std::string path, const YAML::Node& mapping, const ReadContext& context)
    : path_{std::move(path)}, mapping_{mapping}, context_{context} {
  if (!mapping.IsMap()) {
    lacks("found " + found_text(mapping) + "; needed a mapping");
    return;
  }
  for (const auto& item : mapping) {
    const std::string name = item.first.IsScalar() ? item.first.Scalar() : found_text(item.first);
    if (!fields_.emplace(name, item.second).second)
      problem(item.first, name, "found a second time; needed once; remove one");
  }
}

const YAML::Node* EntryFields::find(std::string_view name) const {
  const auto found = fields_.find(name);
  return found == fields_.end() ? nullptr : &found->second;
}

void EntryFields::refuse_all_but(const std::vector<std::string_view>& known) const {
  if (!mapping_.IsMap()) return;
  for (const auto& item : mapping_) {
    const std::string name = item.first.IsScalar() ? item.first.Scalar() : found_text(item.first);
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string_view near = nearest(name, known);
    std::string text = "found unknown key " + in_quotes(path_ + '.' + name);
    if (near.empty()) {
      text += "; needed one of";
      for (const std::string_view each : known) text += ' ' + std::string{each};
    } else {
      text += "; nearest known key: " + std::string{near};
    }
    context_.problem(item.first, std::move(text));
  }
}

void EntryFields::problem(const YAML::Node& at, const std::string& field,
                          const std::string& text) const {
  context_.problem(at, path_ + (field.empty() ? "" : '.' + field) + ": " + text);
}

void EntryFields::name(std::set<std::string>& taken, std::string& into) const {
  const YAML::Node* found = find("name");
  if (found == nullptr) return lacks("found no name; needed one; add name: NAME");
  if (!text("name", into)) return;
  if (!is_entry_name(into)) {
    problem(*found, "name",
            "found " + in_quotes(into) + "; needed up to 64 letters, digits, or any of _-.:");
  } else if (!taken.insert(into).second) {
    problem(*found, "name",
            "found " + in_quotes(into) + " a second time; needed a name of its own");
  }
}

bool EntryFields::text(const char* name, std::string& into) const {
  const YAML::Node* found = find(name);
  if (found == nullptr) return false;
  if (!found->IsScalar() || found->Scalar().empty()) {
    problem(*found, name, "found " + found_text(*found) + "; needed one value");
    return false;
  }
  into = found->Scalar();
  return true;
}

void EntryFields::duration(const char* name, std::chrono::nanoseconds& into, Range range) const {
  std::string given;
  if (!text(name, given) || store_duration(into, given, range)) return;
  problem(*find(name), name,
          "found " + in_quotes(given) + "; needed a duration from " + duration_text(range.least) +
              " to " + duration_text(range.most));
}

void EntryFields::count(const char* name, std::uint32_t& into, std::uint32_t most) const {
  std::string given;
  if (!text(name, given) || store_number(into, given, 0U, most)) return;
  problem(*find(name), name,
          "found " + in_quotes(given) + "; needed a number from 0 to " + std::to_string(most));
}

bool EntryFields::number(const char* name, double& into) const {
  std::string given;
  if (!text(name, given)) return false;
  if (parse_number(given, into)) return true;
  problem(*find(name), name, "found " + in_quotes(given) + "; needed a number");
  return false;
}

void EntryFields::labels(const char* name, ProbeLabels& into) const {
  pairs(name, [&](const std::string& label, const std::string& value) -> std::string_view {
    if (!is_scope(label)) return "a label name before it, such as venue";
    into.emplace_back(label, value);
    return {};
  });
  std::sort(into.begin(), into.end());
}

void EntryFields::environment(const char* name, std::map<std::string, std::string>& into) const {
  pairs(name, [&](const std::string& variable, const std::string& value) -> std::string_view {
    if (variable.empty() || variable.find('=') != std::string::npos)
      return "a variable's name before it";
    into[variable] = value;
    return {};
  });
}

void EntryFields::series(const char* name, std::string& into) const {
  std::string given;
  if (find(name) == nullptr)
    return lacks("found no " + std::string{name} + "; needed the name of its series; add " + name +
                 ": NAME");
  if (!text(name, given)) return;
  if (is_metric_name(given) && !given.starts_with("outrider_")) {
    into = given;
    return;
  }
  problem(*find(name), name,
          "found " + in_quotes(given) +
              "; needed a name such as lab_server_health, without outrider_ in front");
}

void EntryFields::texts(const char* name, std::vector<std::string>& into) const {
  const YAML::Node* found = find(name);
  if (found == nullptr) return;
  const auto take = [&](const YAML::Node& node) {
    if (node.IsScalar() && !node.Scalar().empty()) {
      into.push_back(node.Scalar());
    } else {
      problem(node, name, "found " + found_text(node) + "; needed one value");
    }
  };
  if (!found->IsSequence()) return take(*found);
  for (const YAML::Node& each : *found) take(each);
  if (found->size() == 0) problem(*found, name, "found an empty list; needed something in it");
}

}  // namespace outrider::config
