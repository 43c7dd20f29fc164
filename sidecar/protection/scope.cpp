// SPDX-License-Identifier: Apache-2.0
#include "protection/scope.hpp"

#include <algorithm>

#include "protection/text.hpp"

namespace outrider::protection {
namespace {

bool is_label_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

std::string scope_problem(std::string_view scope) {
  const std::string found =
      "found scope \"" + std::string(scope.substr(0, ScopeText::longest)) + "\"";
  if (scope == global_scope || scope == host_scope) return {};
  const std::size_t equals = scope.find('=');
  if (equals == std::string_view::npos || !is_label_name(scope.substr(0, equals)) ||
      equals + 1 == scope.size()) {
    return found + "; needed global, host or label=value";
  }
  if (scope.size() > ScopeText::longest) {
    return found + " of " + std::to_string(scope.size()) + " bytes; needed at most " +
           std::to_string(ScopeText::longest);
  }
  const bool control = std::any_of(scope.begin(), scope.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return control ? "found a control character in the scope; needed printable text" : std::string{};
}

std::vector<std::string> gate_scopes(std::string_view producer, std::string_view gate,
                                     const aggregate::Labels& labels) {
  std::vector<std::string> scopes{std::string(global_scope), std::string(host_scope),
                                  "producer=" + std::string(producer),
                                  "gate=" + std::string(producer) + "/" + std::string(gate)};
  for (const auto& [name, value] : labels) {
    if (!value.empty()) scopes.push_back(name + "=" + value);  // an empty label is no label
  }
  return scopes;
}

std::string alert_scope(std::string_view policy_scope, const aggregate::Labels& labels) {
  if (policy_scope.find('=') != std::string_view::npos || policy_scope == host_scope) {
    return std::string(policy_scope);
  }
  for (const auto& [name, value] : labels) {
    if (name == policy_scope && !value.empty()) return name + "=" + value;
  }
  return std::string(global_scope);
}

}  // namespace outrider::protection
