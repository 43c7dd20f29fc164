// SPDX-License-Identifier: Apache-2.0
// The discovery thread's work: finds producers and their series, watches who has
// died, and makes a new plan whenever something has changed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "guard_queues.hpp"
#include "outputs/log.hpp"
#include "plan.hpp"
#include "said_once.hpp"

namespace outrider {

class Planner {
 public:
  struct Parts {
    std::string directory;
    protection::Protection& protection;
    GuardQueues& queues;
    Exchange& exchange;
    SharedFacts& facts;
    outputs::Log& log;
  };
  Planner(const Parts& parts, const config::Config& config,
          std::shared_ptr<const rules::RuleSet> rules);

  /// Producers, and of each the scopes that its gates may name: what one of them
  /// makes up must not fill the tables that all share.
  static constexpr std::size_t max_producers = 512;
  static constexpr std::size_t max_scopes_each = 256;

  /// Looks once; hands over a plan if anything has changed. Every 20 ms or so.
  void scan(nanoseconds now);

  /// A reloaded configuration and its rules: a new plan at the next scan.
  void reload(const config::Config& config, std::shared_ptr<const rules::RuleSet> rules);

  /// Whether a plan has been handed over.
  [[nodiscard]] bool has_planned() const noexcept { return has_planned_; }

 private:
  /// A producer and the generations of it that are not retired, oldest first.
  struct Known {
    std::unique_ptr<ProducerRuntime> producer;
    std::vector<std::shared_ptr<segments::Segment>> segments;
    std::shared_ptr<const drain::Binding>
        binding;  ///< of the oldest; of the last one when there is none
    std::map<std::uint32_t, std::shared_ptr<GateRuntime>> gates;  ///< by slot, of that generation
    std::uint64_t gates_generation = 0;
    nanoseconds checked{};         ///< when it was last asked whether the trader lives
    std::set<std::string> scopes;  ///< that its gates have named, ever
    double binds_left = binds_at_once;
    nanoseconds binds_counted{};
  };
  /// How often a producer may have new series of one generation bound after the
  /// first time: that many times at once, then five times a second. A count that never rests costs no more than that.
  static constexpr double binds_at_once = 50;

  Known* known(const std::string& name, nanoseconds now);
  void find_histories(nanoseconds now);
  void find_segments(nanoseconds now);
  void attach(const segments::Found& found, nanoseconds now);
  bool bury(Known& known);
  void watch_damage(Known& known);
  void watch_life(Known& known, nanoseconds now);
  bool bind_if_due(Known& known, nanoseconds now);
  bool bind(Known& known, nanoseconds now);
  void find_gates(Known& known);
  std::vector<protection::ScopeId> scopes_of(Known& known, const GateRuntime& gate);
  void refused(const std::string& what, std::atomic<std::uint64_t>& count);

  std::unique_ptr<Plan> make_plan();
  void add_values(Plan& plan);
  [[nodiscard]] bool has_consequence(const rules::AlertRule& rule) const;
  void link_alerts(Plan& plan);
  void add_judges(Plan& plan);
  void add_judge(Plan& plan, const rules::BoundRule& rule,
                 const std::vector<std::string>& policy_scopes);
  void name_publication(Plan& plan);

  Parts parts_;
  config::ProtectionConfig policy_;
  std::string producer_label_;
  std::shared_ptr<const rules::RuleSet> rules_;
  rules::Engine engine_;
  std::map<std::string, Known> producers_;
  SaidOnce said_;
  std::map<segments::Found, nanoseconds> retry_;  ///< files that were refused: when to look again
  nanoseconds now_{};                             ///< of the scan that runs
  bool changed_ = true;
  bool has_planned_ = false;
};

}  // namespace outrider
