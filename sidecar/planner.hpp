// SPDX-License-Identifier: Apache-2.0
// The discovery thread's work: finds producers and their series, watches who has
// died, and makes a new plan whenever something has changed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "aggregate/allowance.hpp"
#include "analytics/feed.hpp"
#include "config/config.hpp"
#include "flight/departed.hpp"
#include "guard_queues.hpp"
#include "outputs/log.hpp"
#include "plan.hpp"
#include "probes/board.hpp"
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
    /// Where series from outside come from: probes, and what is computed.
    std::vector<probes::Board*> boards{};
    analytics::FeedBox* feeds = nullptr;   ///< null: nobody computes anything
    flight::Departed* departed = nullptr;  ///< null: nobody asks for those that are gone
  };
  Planner(const Parts& parts, const config::Config& config,
          std::shared_ptr<const rules::RuleSet> rules);

  /// What one trader makes up must not fill the tables that all share. For each of
  /// so many producers two scopes are kept, its own and a gate's; what they name
  /// beyond that, gates and alerts together, comes out of a share for all. A scope
  /// is charged to whoever names it first.
  static constexpr std::size_t max_producers = 256;
  static constexpr std::size_t max_scopes_each = 256;
  static constexpr aggregate::AllowanceLimits scope_limits{2, max_scopes_each, 384};
  static constexpr const char* no_gates = "";        ///< only alerts have named it
  static constexpr const char* several_gates = "*";  ///< of several producers
  /// Breakers on scopes that alerts take from their labels. Those on a producer's
  /// own scope and on written ones are as many as the rules and producers.
  static constexpr aggregate::AllowanceLimits breaker_limits{0, 256, 384};
  static_assert(max_producers * scope_limits.kept_for_each + scope_limits.shared + 128 <=
                protection::max_scopes);  // 128: written ones, people's, and aggregates'

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
    std::map<std::uint32_t, std::shared_ptr<GateRuntime>>
        gates;              ///< by slot, all of one generation
    nanoseconds checked{};  ///< when it was last asked whether the trader lives
    double binds_left = binds_at_once;
    nanoseconds binds_counted{};
    nanoseconds bound_at{};
    std::uint64_t last_retired = 0;  ///< generation that was carried over last
    std::uint64_t last_birth = 0;    ///< its
    bool counts_orders = false;      ///< as protection.escalation.orders names them
    /// Since when it has lived without a gap: who came first keeps a name on the page.
    std::pair<nanoseconds, std::uint64_t> lives_since{};
  };
  /// How often a producer may have new series of one generation bound after the
  /// first time: that many times at once, then five times a second, and 25 times
  /// while samples wait. A count that never rests costs no more than that.
  static constexpr double binds_at_once = 50;

  Known* known(const std::string& name, nanoseconds now);
  bool could_not_look(const char* part, const std::error_code& error);
  bool find_histories(nanoseconds now);
  bool find_segments(nanoseconds now);
  [[nodiscard]] bool is_wanted(const segments::Found& found, nanoseconds now) const;
  void retry_later(const segments::Found& found);
  bool attach(const segments::Found& found, nanoseconds now);
  void take_in(Known& known, const std::shared_ptr<segments::Segment>& segment);
  void drop_stale(std::vector<std::shared_ptr<segments::Segment>>& fresh);
  bool bury(Known& known);
  void watch_damage(Known& known);
  void watch_life(Known& known, nanoseconds now);
  bool look_outside(nanoseconds now);
  bool bind_if_due(Known& known, nanoseconds now);
  bool bind(Known& known, nanoseconds now);
  void find_gates(Known& known);
  std::vector<protection::ScopeId> scopes_of(const GateRuntime& gate);
  protection::ScopeId acting_scope(const std::string& alert, const std::string& policy_scope,
                                   const aggregate::Labels& labels);
  bool has_room_for_alert(const std::string& alert, const std::string& scope,
                          const std::string& owner);
  void refused(const std::string& what, std::atomic<std::uint64_t>& count);

  std::unique_ptr<Plan> make_plan();
  /// What the rules do not see as it was meant, by producer.
  using Shortfalls = std::map<std::string, aggregate::Shortfall>;
  Shortfalls add_values(Plan& plan);
  void choose_on_stale(const GateRuntime& gate) const;
  [[nodiscard]] std::vector<const std::pair<const std::string, Known>*> by_seniority() const;
  [[nodiscard]] bool has_consequence(const rules::AlertRule& rule) const;
  [[nodiscard]] std::vector<rules::Selector> analytics_selectors() const;
  void feed_analytics(Plan& plan) const;
  void link_alerts(Plan& plan);
  void find_orders(Plan& plan, const aggregate::ValuesBuilder& builder);
  void warn_of_uncounted_orders(const Known& each, nanoseconds now);
  void add_judges(Plan& plan);
  void add_judge(Plan& plan, const rules::BoundRule& rule,
                 const std::vector<std::string>& policy_scopes);
  void add_uncertain_judges(Plan& plan, const Shortfalls& shortfalls);
  void name_publication(Plan& plan);
  void name_checks(const Plan& plan, PublicationNames& names);

  Parts parts_;
  config::ProtectionConfig policy_;
  std::string producer_label_;
  std::vector<config::AnalyticsConfig> analytics_;
  std::uint64_t max_stale_bytes_ = 0;
  segments::Listing listing_;
  std::shared_ptr<const rules::RuleSet> rules_;
  rules::Engine engine_;
  std::map<std::string, Known> producers_;
  aggregate::Allowance scopes_{scope_limits};
  aggregate::Allowance breakers_{breaker_limits};
  /// By gates and alerts, ever; with the producer whose gates named it.
  std::map<std::string, std::string> scopes_named_;
  std::set<std::pair<std::string, std::string>> alerts_charged_;  ///< alert and scope
  SaidOnce said_;
  std::vector<probes::Board::All> outside_;       ///< by board
  std::map<segments::Found, nanoseconds> retry_;  ///< files that were refused: when to look again
  std::deque<segments::Found> retry_order_;       ///< of these, the oldest first
  std::vector<segments::Found> collected_;        ///< of the look that is not yet whole
  std::vector<segments::Found> candidates_;  ///< of the last one, to be opened; the first is last
  std::vector<std::shared_ptr<segments::Segment>> fresh_;  ///< attached in this scan
  nanoseconds now_{};                                      ///< of the scan that runs
  bool changed_ = true;
  bool has_planned_ = false;
  bool has_histories_ = false;
};

}  // namespace outrider
