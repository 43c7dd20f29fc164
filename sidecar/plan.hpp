// SPDX-License-Identifier: Apache-2.0
// Everything that one set of series needs, bound and sized, so that the guard
// can run without allocating. The discovery thread makes a plan when a series,
// a producer or the configuration changes, hands it over, and gets the old one
// back to destroy.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aggregate/values.hpp"
#include "analytics/feed.hpp"
#include "config/config.hpp"
#include "own_series.hpp"
#include "publication.hpp"
#include "rules/engine.hpp"
#include "runtime.hpp"

namespace outrider {

struct PlannedProducer {
  ProducerRuntime* producer = nullptr;
  std::shared_ptr<const drain::Binding> binding;  ///< null: only history is there
  std::vector<aggregate::Histogram*> histograms;  ///< by Row::index
  /// The guard's: the binding that this one took the place of. It ends with the
  /// plan, on the discovery thread.
  std::shared_ptr<const drain::Binding> replaced;
  std::vector<aggregate::ValueId> orders{};  ///< its counters of orders, to watch a kill
  std::uint64_t orders_basis = 0;            ///< which counters these are, in any plan
};

/// What one instance of an alert acts on.
struct AlertLink {
  const rules::AlertInstance* instance = nullptr;
  const rules::BoundRule* rule = nullptr;
  std::vector<protection::BreakerId> breakers;
  std::vector<protection::BreakerId> clears;  ///< entry blocks that it ends
};

/// A rule with a consequence, and what it watches over: while it cannot be
/// evaluated, it does not protect, and nothing is granted there.
struct Judge {
  const rules::BoundRule* rule = nullptr;
  std::vector<protection::ScopeId> scopes;
  bool is_blind = false;  ///< for as long as the plan lives
  protection::ReasonText reason;

  [[nodiscard]] bool cannot_judge() const noexcept { return is_blind || rule->failed(); }
};

struct Plan {
  std::vector<PlannedProducer> producers;
  std::vector<std::shared_ptr<GateRuntime>> gates;
  std::unique_ptr<aggregate::Values> values;
  std::unique_ptr<OwnSeries> own;
  std::shared_ptr<const rules::RuleSet> rule_set;
  std::unique_ptr<rules::Plan> rules;
  std::shared_ptr<analytics::Feed> feed;  ///< null: nobody computes anything
  std::vector<AlertLink> links;
  std::vector<Judge> judges;
  std::shared_ptr<const PublicationNames> names;
  std::vector<bool> gated;  ///< by ScopeId: a gate has it; none beyond the end

  [[nodiscard]] bool has_gates(protection::ScopeId scope) const noexcept {
    return scope < gated.size() && gated[scope];
  }

  /// A breaker found no room: what it should guard must not be granted.
  bool grants_nothing = false;
  nanoseconds lease{};
  bool on_stale_latch = false;
  protection::ScopeId host_scope = 0;
  nanoseconds directive_timeout{};
  config::EscalationConfig escalation;
  /// The poll period that the tightest rule with a consequence asks for.
  nanoseconds rule_need{};
};

}  // namespace outrider
