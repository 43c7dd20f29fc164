// SPDX-License-Identifier: Apache-2.0
// From what the rules and the decider say to what a receiver is told: labels,
// annotations, severity. Pure.
#pragma once

#include <span>
#include <string>

#include "config/config.hpp"
#include "outputs/alerts/intake.hpp"
#include "outputs/alerts/schedule.hpp"
#include "rules/template_action.hpp"

namespace outrider::alerts {

/// The alert that a closed scope is, whoever closed it.
inline constexpr const char* trip_alert = "OutriderTrip";

/// What templates of rules and summaries may name: the external labels as alerts carry them,
/// and where the sidecar's page is.
rules::TemplateFacts template_facts(const config::Config& config);

class Composer {
 public:
  explicit Composer(const config::Config& config);

  /// The alert's labels; below them action and scope where protection: names the
  /// rule, the severity in one of the four words, and the external labels.
  [[nodiscard]] Alert of_rule(const Observed& observed) const;

  /// A trip or a kill. `rules` may be null; else its runbook is the rule's.
  [[nodiscard]] Alert of_latch(const protection::Entry& entry, const rules::RuleSet* rules) const;

  /// A summary that is due, of what its fields yield now.
  [[nodiscard]] Alert of_summary(const Schedule::Due& due, const std::string& time_zone,
                                 std::span<const FieldValue> values) const;

  /// A word that no table knows counts as a warning.
  [[nodiscard]] Severity severity_of(const Alert& alert) const;
  [[nodiscard]] nanoseconds cooldown_of(const Alert& alert) const;

  [[nodiscard]] const std::string& generator_url() const { return generator_url_; }

 private:
  void add_consequence(const std::string& rule, aggregate::Labels& labels) const;
  void finish(aggregate::Labels& labels) const;

  config::AlertingConfig alerting_;
  config::ProtectionConfig protection_;
  std::string generator_url_;
  rules::TemplateFacts facts_;
};

std::string_view severity_word(Severity severity);

}  // namespace outrider::alerts
