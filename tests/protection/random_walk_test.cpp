// SPDX-License-Identifier: Apache-2.0
// The decider and a plain model of it walk 200 000 random events together. The
// model knows no ids, no slots and no passes: maps of names and the sentences
// of the design.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "protection/at.hpp"

namespace outrider::protection {
namespace {

constexpr std::size_t scope_count = 5;
constexpr std::array<const char*, scope_count> scope_names{"global", "host", "venue=a", "venue=b",
                                                           "strategy=m"};

struct Model {
  struct HaltRule {
    std::size_t scope;
    std::chrono::nanoseconds cooldown;
    std::chrono::nanoseconds quiet;
    bool halted = false;
    std::chrono::nanoseconds since{};
    std::chrono::nanoseconds last_loud{};
    std::uint64_t trips = 0;
  };
  bool armed = false;
  std::set<std::size_t> killed;
  std::map<std::size_t, bool> kill_alert_firing;  // by scope, in the last pass
  std::vector<HaltRule> halts;

  bool can_arm(std::size_t scope) {
    const bool latched = killed.count(scope) != 0 || (scope == 0 && !armed);
    return latched && !kill_alert_firing[scope];
  }
  void arm(std::size_t scope) {
    killed.erase(scope);
    if (scope == 0) armed = true;
  }
  static void end_pass(HaltRule& rule, AlertSignal signal, std::chrono::nanoseconds now) {
    const bool loud = signal == AlertSignal::firing || signal == AlertSignal::pending;
    if (loud) rule.last_loud = now;
    if (!rule.halted && signal == AlertSignal::firing) {
      rule.halted = true;
      rule.since = now;
      ++rule.trips;
    } else if (rule.halted && !loud && now >= rule.since + rule.cooldown &&
               now >= rule.last_loud + rule.quiet) {
      rule.halted = false;
    }
  }
  GateState state(std::size_t scope) const {
    if (killed.count(scope) != 0) return GateState::killed;
    if (scope == 0 && !armed) return GateState::unarmed;
    for (const HaltRule& rule : halts) {
      if (rule.scope == scope && rule.halted) return GateState::halted;
    }
    return GateState::trading;
  }
};

class Walk {
 public:
  explicit Walk(std::uint64_t seed) : random_(seed) {
    for (std::size_t i = 0; i < scope_count; ++i) {
      scopes_.push_back(protection_.scope(scope_names[i]));
      kill_rules_.push_back(
          *protection_.breaker({"Loss", scopes_.back(), BreakerAction::kill, 0s, 0s}));
    }
    for (std::size_t i = 0; i < 8; ++i) {
      const std::size_t scope = i % scope_count;
      const auto cooldown = std::chrono::milliseconds(i * 7);
      const auto quiet = std::chrono::milliseconds(i % 3 * 5);
      const std::string rule = "Storm" + std::to_string(i);
      halt_rules_.push_back(
          *protection_.breaker({rule, scopes_[scope], BreakerAction::halt, cooldown, quiet}));
      model_.halts.push_back({scope, cooldown, quiet});
    }
  }

  /// One event or the end of a pass; then both must agree on every scope.
  void step() {
    const std::size_t scope = pick(scope_count);
    switch (pick(40)) {
      case 0:
        kill(scope);
        break;
      case 1:
      case 2:
        arm(scope);
        break;
      case 3: {
        model_.armed = true;
        protection_.arm_at_start(at(now_));
        break;
      }
      default:
        pass();
    }
    protection_.clear_changes();
  }

  void expect_agreement(int step) const {
    for (std::size_t i = 0; i < scope_count; ++i) {
      ASSERT_EQ(protection_.verdict(std::span(&scopes_[i], 1)).state, model_.state(i))
          << "scope " << scope_names[i] << " after step " << step;
    }
    GateState worst = GateState::trading;
    for (std::size_t i = 0; i < scope_count; ++i) worst = std::max(worst, model_.state(i));
    ASSERT_EQ(protection_.verdict(scopes_).state, worst) << "after step " << step;
    for (std::size_t i = 0; i < halt_rules_.size(); ++i) {
      ASSERT_EQ(protection_.breaker_at(halt_rules_[i]).trips(), model_.halts[i].trips);
    }
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }

  void kill(std::size_t scope) {
    model_.killed.insert(scope);
    protection_.kill(scopes_[scope], person(), at(now_));
  }

  void arm(std::size_t scope) {
    std::uint64_t seen = 0;
    const bool may = protection_.may_arm(scopes_[scope], seen) == ArmAnswer::done;
    ASSERT_EQ(may, model_.can_arm(scope));
    if (pick(4) == 0) {  // somebody kills between the question and the arming
      kill(scope);
      if (may) {
        ASSERT_EQ(protection_.arm(scopes_[scope], seen, person(), at(now_)),
                  ArmAnswer::killed_again);
      }
      return;
    }
    if (!may) return;
    ASSERT_EQ(protection_.arm(scopes_[scope], seen, person(), at(now_)), ArmAnswer::done);
    model_.arm(scope);
  }

  void pass() {
    now_ += std::chrono::milliseconds(pick(10));
    for (std::size_t i = 0; i < halt_rules_.size(); ++i) {
      // Firing is rare enough that cooldowns end.
      const auto signal = static_cast<AlertSignal>(pick(10) == 0 ? 3 : pick(9) / 4);
      if (pick(3) != 0) protection_.observe(halt_rules_[i], AlertSignal::clear, 0);
      protection_.observe(halt_rules_[i], signal, 1);
      model_.end_pass(model_.halts[i], signal, now_);
    }
    for (std::size_t i = 0; i < scope_count; ++i) {
      const bool firing = pick(50) == 0;
      protection_.observe(kill_rules_[i], firing ? AlertSignal::firing : AlertSignal::clear, 1);
      model_.kill_alert_firing[i] = firing;
      if (firing) model_.killed.insert(i);
    }
    protection_.tick(at(now_));
  }

  std::mt19937_64 random_;
  std::chrono::nanoseconds now_{};
  Protection protection_;
  Model model_;
  std::vector<ScopeId> scopes_;
  std::vector<BreakerId> kill_rules_;
  std::vector<BreakerId> halt_rules_;
};

TEST(Protection, AgreesWithAPlainModelOverTwoHundredThousandRandomEvents) {
  constexpr std::uint64_t seed = 20261121;
  SCOPED_TRACE("seed " + std::to_string(seed));
  Walk walk(seed);

  for (int step = 0; step < 200'000; ++step) {
    walk.step();
    walk.expect_agreement(step);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace outrider::protection
