// SPDX-License-Identifier: Apache-2.0
#include "config/read_probes.hpp"

#include <algorithm>
#include <set>

#include "config/entry_fields.hpp"
#include "config/problem.hpp"
#include "config/read_probe_kinds.hpp"

namespace outrider::config {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view common_keys[] = {"name", "interval", "timeout", "breaker", "stale_for"};

void read_times(const EntryFields& fields, ProbeConfig& probe) {
  fields.duration("interval", probe.interval, {100ms, 24h});
  const bool is_given = fields.find("timeout") != nullptr;
  if (!is_given) probe.timeout = std::min(probe.timeout, probe.interval);
  fields.duration("timeout", probe.timeout, {10ms, probe.interval});
  fields.duration("stale_for", probe.stale_for, {0s, 24h});
  const YAML::Node* breaker = fields.find("breaker");
  if (breaker == nullptr) return;
  const EntryFields inner{fields.path() + ".breaker", *breaker, fields.context()};
  inner.refuse_all_but({"failures", "pause"});
  inner.count("failures", probe.failures, 1000);
  inner.duration("pause", probe.pause, {1s, 24h});
}

/// The one kind whose key the mapping has; null, and told, when it is not one.
const ProbeKind* kind_of(const EntryFields& fields) {
  const ProbeKind* found = nullptr;
  std::string names;
  for (const ProbeKind& kind : probe_kinds()) {
    names += (names.empty() ? "" : ", ") + std::string{kind.name};
    if (fields.find(kind.name) == nullptr) continue;
    if (found != nullptr) {
      fields.lacks("found " + std::string{found->name} + " and " + std::string{kind.name} +
                   "; needed one of them");
      return nullptr;
    }
    found = &kind;
  }
  if (found == nullptr) fields.lacks("found nothing to look at; needed one of " + names);
  return found;
}

void read_probe(const EntryFields& fields, ProbeConfig& probe, std::set<std::string>& taken) {
  fields.name(taken, probe.name);
  read_times(fields, probe);
  const ProbeKind* kind = kind_of(fields);
  if (kind == nullptr) return;
  std::vector<std::string_view> known = kind->keys;
  known.insert(known.end(), std::begin(common_keys), std::end(common_keys));
  fields.refuse_all_but(known);
  kind->read(fields, probe);
}

}  // namespace

void read_probes(std::vector<ProbeConfig>& probes, const YAML::Node& list,
                 const ReadContext& context) {
  std::set<std::string> taken;
  read_entries(
      {"probes", list, most_probes_configured}, context, probes,
      [&](const EntryFields& fields, ProbeConfig& probe) { read_probe(fields, probe, taken); });
}

}  // namespace outrider::config
