// SPDX-License-Identifier: Apache-2.0
#include "model/walk.hpp"

#include <algorithm>
#include <sstream>

#include "model/steps.hpp"
#include "protection/protection.hpp"

namespace outrider::model {
namespace {

using protection::BreakerAction;

BreakerAction action_of(Kind kind) {
  constexpr std::array<BreakerAction, 4> actions{BreakerAction::halt, BreakerAction::reduce,
                                                 BreakerAction::kill, BreakerAction::block};
  return actions[static_cast<std::size_t>(kind)];
}

protection::BreakerSpec spec_of(const Rule& rule, protection::ScopeId scope) {
  using std::chrono::seconds;
  protection::BreakerSpec spec{rule.name, scope, action_of(rule.kind)};
  spec.cooldown = seconds(rule.cooldown);
  if (rule.kind == Kind::kills || rule.kind == Kind::blocks_entries) return spec;
  spec.quiet_period = seconds(rule.quiet);
  spec.success_window = seconds(rule.window);
  spec.probes = rule.probes;
  spec.trips_to_kill = rule.trips_to_kill;
  spec.auto_rearm = rule.auto_rearm;
  return spec;
}

protection::Now clocks(Seconds now) {
  // The wall clock goes backwards: nothing may hang on it.
  return {std::chrono::seconds(10'000 + now), std::chrono::seconds(1'700'000'000 - now)};
}

/// Both of them, and what they are compared by.
class Walk {
 public:
  explicit Walk(std::uint64_t seed) : rules_(random_rules(seed)) {
    for (const char* name : scope_names) {
      scopes_.push_back(real_.scope(name));
      reference_.scopes[name];
      names_.emplace_back(name);
    }
    for (const Rule& rule : rules_) {
      reference_.add(rule);
      ids_.push_back(*real_.breaker(spec_of(rule, real_.scope(rule.scope))));
    }
    real_.arm_at_start(clocks(0));
    reference_.armed = true;
    for (Rule& rule : reference_.rules) rule.since = -10'000;  // TRADING since ever
  }

  std::string take(const Step& step) {
    now_ += step.later;
    std::string differs = ask(step);
    pass(step.events);
    if (differs.empty()) differs = compare();
    real_.clear_changes();
    return differs;
  }
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }

 private:
  [[nodiscard]] static protection::Cause person(const char* who, Seconds seconds = 0) {
    return {{}, who, "said so", static_cast<double>(seconds)};
  }

  /// Armings before what closes, as the guard takes them.
  std::string ask(const Step& step) {
    if (step.wish == Step::Wish::look) {
      const auto may = real_.may_arm(real_.scope(step.arm_scope), seen_);
      looked_ = step.arm_scope;
      const bool reference_may = reference_.may_arm(looked_, reference_seen_);
      if ((may == protection::ArmAnswer::done) != reference_may) return "may " + looked_ + " arm";
    }
    if (step.wish == Step::Wish::arm && !looked_.empty()) {
      const auto answer = real_.arm(real_.scope(looked_), seen_, person("ann"), clocks(now_));
      const bool reference_arms = reference_.arm(looked_, reference_seen_, now_);
      if ((answer == protection::ArmAnswer::done) != reference_arms)
        return "does " + looked_ + " arm";
      looked_.clear();
    }
    if (step.kill) {
      real_.kill(real_.scope(step.kill_scope), person("bob"), clocks(now_));
      reference_.kill(step.kill_scope, "bob");
    }
    if (step.halt) {
      real_.halt(real_.scope(step.halt_scope), person("eve", step.halt_for), clocks(now_));
      reference_.halt(step.halt_scope, "eve", step.halt_for, now_);
    }
    return {};
  }

  void pass(const Events& events) {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const Signal signal = events.signals.at(rules_[i].name);
      // Several instances of an alert: the worst counts.
      real_.observe(ids_[i], protection::AlertSignal::clear, 0);
      real_.observe(ids_[i], static_cast<protection::AlertSignal>(signal), 1);
      if (events.wins.at(rules_[i].name))
        real_.observe_clearing(ids_[i], protection::AlertSignal::firing);
    }
    for (std::size_t i = 0; i < scopes_.size(); ++i) {
      real_.probed(std::span(&scopes_[i], 1), events.probes.at(names_[i]));
    }
    real_.tick(clocks(now_));
    reference_.pass(events, now_);
  }

  std::string compare() {
    std::ostringstream differs;
    for (std::size_t i = 0; i < scopes_.size(); ++i) compare_scope(i, differs);
    for (std::size_t i = 0; i < rules_.size(); ++i) compare_rule(i, differs);
    compare_gate(differs);
    return differs.str();
  }

  template <class Real, class Plain>
  static void same(const std::string& what, const Real& real, const Plain& plain,
                   std::ostringstream& differs) {
    if (real == plain) return;
    differs << what << ": real " << real << ", reference " << plain << "; ";
  }

  void compare_scope(std::size_t i, std::ostringstream& differs) {
    const std::string& scope = names_[i];
    const protection::Verdict real = real_.verdict(std::span(&scopes_[i], 1));
    same("state of " + scope, to_string(real.state), to_string(reference_.state(scope)), differs);
    if (real.state == GateState::trading || real.state == GateState::unarmed) return;
    const std::string_view cause = real.rule.empty() ? real.actor : real.rule;
    same("cause of " + scope, cause, reference_.cause(scope), differs);
    same("minutes left of " + scope, real.minutes_left, reference_.minutes_left(scope, now_),
         differs);
    std::string also;
    for (const auto& each : real.also) also += std::string(each.view()) + " ";
    std::string reference_also;
    const std::vector<std::string>& all = reference_.scopes[scope].also;
    for (std::size_t n = 0; n < std::min<std::size_t>(all.size(), 4); ++n)
      reference_also += all[n] + " ";
    same("later causes of " + scope, also, reference_also, differs);
    same("number of later causes of " + scope, real.also_count, all.size(), differs);
  }

  void compare_rule(std::size_t i, std::ostringstream& differs) {
    const protection::Breaker& real = real_.breaker_at(ids_[i]);
    const Rule& rule = reference_.rules[i];
    same("trips of " + rule.name, real.trips(), rule.trips, differs);
    if (rule.kind == Kind::kills) return;
    same("state of " + rule.name, to_string(real.state()), to_string(rule.state), differs);
    if (rule.kind == Kind::blocks_entries) return;
    same("cooldown of " + rule.name, real.cooldown() / std::chrono::seconds(1), rule.cooldown_now(),
         differs);
    same("held " + rule.name, real.is_held(), rule.held, differs);
    if (rule.state != GateState::probing) return;
    same("probes of " + rule.name, real.probes_seen(), rule.probes_spent, differs);
  }

  /// One that has all the scopes.
  void compare_gate(std::ostringstream& differs) {
    const protection::Verdict real = real_.verdict(scopes_);
    GateState worst = GateState::trading;
    for (const std::string& scope : names_) worst = std::max(worst, reference_.state(scope));
    same("state of the gate", to_string(real.state), to_string(worst), differs);
    same("minutes left of the gate", real.minutes_left, reference_.minutes_left(names_, now_),
         differs);
    if (real.state != GateState::probing) return;
    const shm::Allowance allowance = reference_.allowance(names_);
    same("epoch of the gate", real.allowance.epoch, allowance.epoch, differs);
    same("allowance of the gate", real.allowance.probes, allowance.probes, differs);
  }

  std::vector<Rule> rules_;
  std::vector<std::string> names_;
  std::vector<protection::ScopeId> scopes_;
  std::vector<protection::BreakerId> ids_;
  protection::Protection real_;
  Reference reference_;
  Seconds now_ = 0;
  std::string looked_;  ///< by whoever wants to arm
  std::uint64_t seen_ = 0;
  unsigned reference_seen_ = 0;
};

}  // namespace

std::string disagreement(const Trace& trace, std::size_t* steps_taken) {
  Walk walk(trace.rules);
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const std::string differs = walk.take(random_step(trace.steps[i], walk.rules()));
    if (steps_taken != nullptr) *steps_taken = i + 1;
    if (!differs.empty()) return "step " + std::to_string(i + 1) + ": " + differs;
  }
  return {};
}

Trace shrunk(Trace trace) {
  std::size_t needed = 0;
  disagreement(trace, &needed);
  trace.steps.resize(needed);
  for (std::size_t chunk = trace.steps.size() / 2; chunk > 0; chunk /= 2) {
    for (std::size_t from = 0; from + chunk <= trace.steps.size();) {
      Trace fewer = trace;
      const auto begin = fewer.steps.begin() + static_cast<std::ptrdiff_t>(from);
      fewer.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(chunk));
      if (disagreement(fewer).empty()) {
        from += chunk;
      } else {
        trace = std::move(fewer);
      }
    }
  }
  return trace;
}

std::string text_of(const Trace& trace) {
  const std::vector<Rule> rules = random_rules(trace.rules);
  std::string text;
  for (const Rule& rule : rules) text += "  " + text_of(rule) + "\n";
  std::size_t number = 0;
  for (const std::uint64_t seed : trace.steps) {
    text += "  " + std::to_string(++number) + ": " + text_of(random_step(seed, rules)) + "\n";
  }
  return text + "  " + disagreement(trace) + "\n";
}

}  // namespace outrider::model
