// SPDX-License-Identifier: Apache-2.0
// The protection of the gates in the plainest words, to hold the real one against:
// names instead of numbers, whole lists instead of counts, no thought of speed.
// It shares nothing with the product but the names of the states.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "outrider/shm/gate_word.hpp"

namespace outrider::model {

using Seconds = std::int64_t;

enum class Kind { halts, reduces, kills, blocks_entries };
enum class Signal { clear, no_data, pending, firing };

/// One rule on one scope, as the design describes it.
struct Rule {
  std::string name;
  std::string scope;
  Kind kind = Kind::halts;
  Seconds cooldown = 0;  ///< of a block: how long it lasts
  Seconds quiet = 0;
  Seconds window = 0;
  unsigned probes = 0;
  unsigned trips_to_kill = 0;
  bool auto_rearm = true;

  // What it is now.
  GateState state = GateState::trading;
  Seconds since = 0;
  bool held = false;
  unsigned failed_probings = 0;
  std::vector<Seconds> trips_remembered;
  unsigned trips = 0;
  Seconds last_against = 0;  ///< when something last spoke against TRADING
  unsigned probes_spent = 0;
  unsigned probes_given = 0;
  Seconds last_fired_anew = 0;
  bool fired = false;
  bool win_fired = false;

  [[nodiscard]] Seconds cooldown_now() const;
};

struct Scope {
  bool killed = false;
  std::string killed_by;
  std::vector<std::string> written_down;  ///< rules, for the kill in force
  bool halted = false;
  std::string halted_by;
  Seconds halted_since = 0;
  std::optional<Seconds> halted_until;  ///< nothing: until armed
  unsigned closings = 0;  ///< kills, halts and holds: an arming must not be older than these
  GateState listed = GateState::trading;
  std::vector<std::string> also;
  std::uint32_t epoch = 0;
};

/// What traders and people do within one pass.
struct Events {
  std::map<std::string, Signal> signals;   ///< by rule
  std::map<std::string, bool> wins;        ///< by rule: the alert that ends its block fires
  std::map<std::string, unsigned> probes;  ///< by scope
};

class Reference {
 public:
  void add(const Rule& rule) { rules.push_back(rule); }

  bool may_arm(const std::string& scope, unsigned& closings);
  bool arm(const std::string& scope, unsigned closings, Seconds now);
  void kill(const std::string& scope, const std::string& who);
  /// `seconds` 0: until armed.
  void halt(const std::string& scope, const std::string& who, Seconds seconds, Seconds now);
  void pass(const Events& events, Seconds now);

  [[nodiscard]] GateState state(const std::string& scope);
  [[nodiscard]] std::string cause(const std::string& scope);
  [[nodiscard]] unsigned minutes_left(const std::string& scope, Seconds now);
  [[nodiscard]] unsigned minutes_left(const std::vector<std::string>& of, Seconds now);
  /// Of a gate that has these scopes and is PROBING.
  [[nodiscard]] shm::Allowance allowance(const std::vector<std::string>& of);

  bool armed = false;
  std::vector<Rule> rules;
  std::map<std::string, Scope> scopes;

 private:
  void trip(Rule& rule, Seconds now);
  void begin_probing(Rule& rule, Seconds now);
  void pass_breaker(Rule& rule, Signal signal, unsigned probes, Seconds now);
  void pass_block(Rule& rule, Signal signal, bool win, Seconds now);
  void pass_kill(Rule& rule, Signal signal);
  void list(const std::string& scope, GateState state, const std::string& who);
  void settle_list(const std::string& scope);
  [[nodiscard]] GateState closed(const std::string& scope);
  [[nodiscard]] const Rule* closed_by(const std::string& scope, GateState state) const;
  [[nodiscard]] bool by_person(const std::string& scope);
};

}  // namespace outrider::model
