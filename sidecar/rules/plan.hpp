// SPDX-License-Identifier: Apache-2.0
// Rules bound to one schema, ready to run. The guard thread evaluates it; the
// engine (engine.hpp) makes it on the discovery thread and destroys it there.
// What must outlive a plan (alert instances, statuses, clocks, histories) is
// shared with the engine by pointer.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "aggregate/schema.hpp"
#include "promql/bind.hpp"
#include "rules/recorded_values.hpp"
#include "rules/rule_set.hpp"

namespace outrider::rules {

using Selector = std::vector<promql::LabelMatcher>;

/// How a rule fares; stable over plans, written by the guard only.
struct RuleStatus {
  std::uint64_t evaluations = 0;
  std::uint64_t failures = 0;
  /// The last evaluation could not tell: series missing, or it failed.
  bool no_data = false;
  const char* error = nullptr;  ///< of the last evaluation if that failed; lives forever
  std::chrono::nanoseconds last_evaluation{};
  std::uint64_t pending = 0;  ///< of its alerts
  std::uint64_t firing = 0;
  std::uint64_t fired = 0;  ///< times that one of them began to fire
};

/// When a group is due next; stable over plans, written by the guard only.
struct GroupClock {
  std::optional<std::chrono::nanoseconds> next_due;
};

class BoundRule {
 public:
  [[nodiscard]] const AlertRule& rule() const noexcept { return *rule_; }
  [[nodiscard]] const RuleStatus& status() const noexcept { return *status_; }

  /// Every alert this rule can raise on this schema, and those still active
  /// whose series are gone.
  [[nodiscard]] std::span<const std::shared_ptr<AlertInstance>> instances() const noexcept {
    return instances_;
  }

  /// Whether the last evaluation failed. Missing series are no failure but no data.
  [[nodiscard]] bool failed() const noexcept { return status_->error != nullptr; }

  /// How many series there was no room to watch, and the alerts that these would
  /// decide, alone or with others: the rule can say nothing of those.
  [[nodiscard]] std::size_t unserved() const noexcept { return unserved_; }
  [[nodiscard]] std::span<const std::shared_ptr<AlertInstance>> blind_instances() const noexcept {
    return blind_instances_;
  }

  /// The gravest state of its alerts; `no_data` when none is active and the
  /// last evaluation could not tell.
  [[nodiscard]] AlertState state() const noexcept;

 private:
  friend class Plan;
  friend class Engine;

  explicit BoundRule(promql::BoundExpr expr) : expr_{std::move(expr)} {}

  const AlertRule* rule_ = nullptr;
  std::shared_ptr<RuleStatus> status_;
  promql::BoundExpr expr_;
  std::vector<std::shared_ptr<AlertInstance>> instances_;
  std::vector<std::shared_ptr<AlertInstance>> blind_instances_;
  std::size_t unserved_ = 0;
  std::vector<std::uint32_t> instance_of_slot_;
  std::vector<std::uint8_t> met_;  ///< scratch, by instance
  bool every_pass_ = false;
};

/// A recording rule: its results are values that rules select by its name.
class BoundRecording {
 public:
  [[nodiscard]] const RecordingRule& rule() const noexcept { return *rule_; }
  [[nodiscard]] const RuleStatus& status() const noexcept { return *status_; }

  /// What it can yield, and what it has; in the same order.
  [[nodiscard]] std::span<const aggregate::Labels> labels() const noexcept { return labels_; }
  [[nodiscard]] const RecordedCells& cells() const noexcept { return cells_; }

 private:
  friend class Plan;
  friend class Engine;

  explicit BoundRecording(promql::BoundExpr expr) : expr_{std::move(expr)} {}

  const RecordingRule* rule_ = nullptr;
  std::shared_ptr<RuleStatus> status_;
  std::shared_ptr<promql::Recorded> recorded_;
  promql::BoundExpr expr_;
  RecordedCells cells_;
  std::vector<aggregate::Labels> labels_;  ///< by cell
  std::vector<std::uint32_t> cell_of_slot_;
  bool every_pass_ = false;
};

/// A change of state, for logs and for protection. `instance` is null when it is
/// the rule as a whole that has no data, or has data again.
struct Transition {
  const BoundRule* rule = nullptr;  ///< lives as long as the plan
  std::shared_ptr<const AlertInstance> instance;
  AlertState from = AlertState::inactive;
  AlertState to = AlertState::inactive;
  std::chrono::nanoseconds at{};
  double value = 0;
};

class Plan {
 public:
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  /// Evaluates the groups that are due and the rules asked for at every pass.
  /// Neither allocates nor throws nor waits.
  /// `wall` is the time of day, for what asks for it.
  void evaluate(const aggregate::ValueSource& source, std::chrono::nanoseconds now,
                std::chrono::nanoseconds wall) noexcept;
  /// For those who have one clock.
  void evaluate(const aggregate::ValueSource& source, std::chrono::nanoseconds now) noexcept {
    evaluate(source, now, now);
  }

  /// Of the last evaluate(); at most one per alert and one per rule. Two steps
  /// taken at once (inactive to firing) are one transition.
  [[nodiscard]] std::span<const Transition> transitions() const noexcept { return transitions_; }

  [[nodiscard]] std::span<const BoundRule> rules() const noexcept { return rules_; }

  [[nodiscard]] std::span<const BoundRecording> recordings() const noexcept { return recordings_; }

  /// The series that each of the watched selectors has found, and where all that has a
  /// number, recorded or not, is read.
  [[nodiscard]] std::span<const std::vector<aggregate::Series>> watched() const noexcept {
    return watched_;
  }
  [[nodiscard]] WithRecorded values(const aggregate::ValueSource& source) const noexcept {
    return {source, first_recorded_, recorded_};
  }

  /// Whether the rule asks for series of a name, itself or through what it reads
  /// of recordings.
  [[nodiscard]] bool selects(const BoundRule& rule, std::string_view name) const;

  /// Of the groups; zero when there is none.
  [[nodiscard]] std::chrono::nanoseconds shortest_interval() const noexcept;

 private:
  friend class Engine;

  struct BoundGroup {
    std::chrono::nanoseconds interval{};
    std::shared_ptr<GroupClock> clock;
    std::size_t first_rule = 0;
    std::size_t rule_count = 0;
    std::size_t first_recording = 0;
    std::size_t recording_count = 0;
  };

  /// What one evaluate() is told.
  struct Moment {
    const aggregate::ValueSource& source;
    std::chrono::nanoseconds now{};
    std::chrono::nanoseconds wall{};
  };

  Plan() = default;

  static bool take_due(const BoundGroup& group, std::chrono::nanoseconds now) noexcept;
  void evaluate_group(const BoundGroup& group, const Moment& moment) noexcept;
  void evaluate_rule(BoundRule& rule, const Moment& moment) noexcept;
  void evaluate_recording(BoundRecording& recording, const Moment& moment) noexcept;
  static const char* record(BoundRecording& recording) noexcept;
  static bool waits_for_data(const BoundRecording& recording,
                             std::chrono::nanoseconds now) noexcept;
  [[nodiscard]] const char* error_in(const RecordingNumbers& recordings) const noexcept;
  static const char* gather(BoundRule& rule) noexcept;
  void observe(BoundRule& rule, bool no_data, std::chrono::nanoseconds now) noexcept;
  void set_no_data(BoundRule& rule, bool no_data, std::chrono::nanoseconds now) noexcept;

  std::shared_ptr<const RuleSet> rule_set_;
  std::vector<BoundRule> rules_;
  std::vector<BoundRecording> recordings_;
  RecordedCells recorded_;          ///< of all recordings, by number after the schema's
  std::size_t first_recorded_ = 0;  ///< the schema's own are below
  std::vector<std::vector<aggregate::Series>> watched_;  ///< by selector
  std::vector<BoundGroup> groups_;
  std::vector<Transition> transitions_;  ///< capacity for all there can be
};

}  // namespace outrider::rules
