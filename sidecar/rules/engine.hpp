// SPDX-License-Identifier: Apache-2.0
// Makes plans and keeps what outlives them. Discovery thread only: everything
// here allocates. A plan may be evaluated by the guard while the next is made.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "aggregate/schema.hpp"
#include "promql/history.hpp"
#include "rules/plan.hpp"
#include "rules/rule_set.hpp"

namespace outrider::rules {

class Engine {
 public:
  explicit Engine(promql::HistoryLimits limits = {}) : histories_{limits} {}

  /// Binds the rules to the series of a schema. A rule that was there before
  /// (same group, alert, expression and labels) keeps its alerts and timers,
  /// whatever else changed. `every_pass` names the alerts that are evaluated at
  /// each pass and not only when their group is due; their histories are still
  /// sampled at the group's interval. What is recorded can be `watched`, too.
  /// Plans must be destroyed on the thread that calls this, before the engine.
  std::unique_ptr<Plan> prepare(std::shared_ptr<const RuleSet> rules,
                                const aggregate::Schema& schema,
                                const std::function<bool(const AlertRule&)>& every_pass = {},
                                const std::vector<Selector>& watched = {});

  /// The label that says whose a series is: nobody may take all the room there is.
  void charge_histories_to(const std::string& label) { histories_.charge_to(label); }

  /// Series that got no history because of the limit on bytes, ever.
  [[nodiscard]] std::size_t histories_refused() const noexcept { return histories_.refused(); }
  [[nodiscard]] std::size_t history_bytes() const noexcept { return histories_.bytes(); }

 private:
  struct StoredInstance {
    std::shared_ptr<AlertInstance> instance;
    std::size_t generation = 0;  ///< of the last plan whose schema has its series
  };
  struct StoredRule {
    std::shared_ptr<RuleStatus> status = std::make_shared<RuleStatus>();
    std::map<aggregate::Labels, StoredInstance> instances;
    std::size_t generation = 0;  ///< of the plan that last used it
  };
  struct StoredCell {
    std::shared_ptr<RecordedCell> cell = std::make_shared<RecordedCell>();
    std::size_t generation = 0;
  };
  struct StoredRecording {
    std::shared_ptr<RuleStatus> status = std::make_shared<RuleStatus>();
    std::shared_ptr<promql::Recorded> recorded = std::make_shared<promql::Recorded>();
    std::map<aggregate::Labels, StoredCell> cells;
    std::size_t generation = 0;
  };
  struct StoredClock {
    std::shared_ptr<GroupClock> clock = std::make_shared<GroupClock>();
    std::size_t generation = 0;
  };

  BoundRule bind_rule(const AlertRule& rule, StoredRule& stored,
                      const promql::BindContext& context);
  static void bind_instances(BoundRule& bound, StoredRule& stored);
  static void keep_active_orphans(BoundRule& bound, StoredRule& stored);
  void bind_recordings(Plan& plan, const RuleSet& rules, promql::SeriesIndex& series);
  BoundRecording bind_recording(const RecordingRule& rule, const promql::BindContext& context);
  static void add_recorded(const BoundRecording& recording, Plan& plan,
                           promql::SeriesIndex& series);
  static std::string scope_of(const RuleGroup& group) { return group.file + ';' + group.name; }
  StoredRule& stored_rule(const AlertRule& rule);
  StoredRecording& stored_recording(const RecordingRule& rule);
  void forget_unused();

  promql::HistoryRegistry histories_;
  std::map<std::vector<std::string>, StoredRule> rules_;
  std::map<std::vector<std::string>, StoredRecording> recordings_;
  std::map<std::string, StoredClock> clocks_;
  std::size_t generation_ = 0;
};

}  // namespace outrider::rules
