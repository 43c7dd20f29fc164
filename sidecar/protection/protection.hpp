// SPDX-License-Identifier: Apache-2.0
// The decider: kill switch, circuit breakers and arming, per scope, and what a
// gate with given scopes must hold. No clock, no file, no lock on the guard's
// side. Registration (scope, breaker) is for any other thread; everything
// marked `guard` is for the guard thread alone, and does not allocate.
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protection/append_only.hpp"
#include "protection/breaker.hpp"
#include "protection/causes.hpp"
#include "protection/initial_state.hpp"
#include "protection/scope.hpp"
#include "protection/state.hpp"
#include "protection/trip_counts.hpp"
#include "protection/verdict.hpp"

namespace outrider::protection {

/// Room for scopes and for breakers. Part of the layout of `c/latch`.
inline constexpr std::size_t max_scopes = 1024;
inline constexpr std::size_t max_breakers = 1024;

/// Answer to a request to arm.
enum class ArmAnswer : std::uint8_t {
  done,
  nothing_to_arm,  ///< nothing holds the scope that a person must lift
  still_firing,    ///< an alert fires that killed this scope or holds it closed
  killed_again,    ///< a later kill or halt than the one that was looked at
  too_late,        ///< nobody waits for the answer any more
};

/// One change of this pass: what the latch file, the gates and the journal get.
struct Change {
  Entry entry;
  bool is_breaker = false;    ///< else the scope itself
  std::uint16_t id = 0;       ///< ScopeId or BreakerId: the slot in the latch file
  bool in_force = false;      ///< closed after the change
  bool journal_only = false;  ///< the latch file stays as it is: later causes, probing, wishes
  bool journalled = false;    ///< already on disk: arms, and what a restart restores
  DirectiveWish directive{};
};

class Protection {
 public:
  Protection();

  // Any thread but the guard. Allocate; the same names give the same ids.
  // A scope that has no room or a bad name gives a scope that never opens.
  ScopeId scope(std::string_view name);
  /// The scope that decides in place of `name`: global where scope() found no room,
  /// for trips, kills and what cannot be judged alike. Too wide is safe.
  ScopeId scope_to_act_on(std::string_view name) { return widened(scope(name)); }
  /// Whether scope() found no room: the id stands for a scope that never opens.
  [[nodiscard]] bool has_no_room(ScopeId id) const noexcept { return scopes_[id].never_opens; }
  [[nodiscard]] std::optional<ScopeId> find_scope(std::string_view name) const;
  /// Null when there is no room: the caller must then refuse to grant.
  std::optional<BreakerId> breaker(BreakerSpec spec);
  [[nodiscard]] std::size_t breaker_count() const noexcept { return breakers_.size(); }
  [[nodiscard]] const Breaker& breaker_at(BreakerId id) const noexcept { return breakers_[id]; }
  /// Any thread; the name never changes.
  [[nodiscard]] std::string_view scope_name(ScopeId id) const noexcept {
    return scopes_[id].name.view();
  }

  // Any thread but the guard: counts per day begin anew at `began`, Unix time. What the
  // record says of that day may come later; of another day it is not heard.
  // `ours`: the trips that this process has counted so far are of that day.
  void begin_day(std::chrono::nanoseconds began, bool ours);
  void restore_trips(std::chrono::nanoseconds day, TripCounts counts);

  /// Once, before the guard starts.
  void restore(const InitialState& initial, const Now& now);

  // guard: one pass is any number of arm, then kill, halt, observe and probed, then
  // one tick.
  void observe(BreakerId id, AlertSignal signal, double value) noexcept {
    breakers_[id].observe(signal, value);
  }
  void observe_clearing(BreakerId id, AlertSignal signal) noexcept {
    breakers_[id].observe_clearing(signal);
  }
  /// Traders have spent `probes` of the allowance of a gate with these scopes.
  void probed(std::span<const ScopeId> scopes, std::uint32_t probes) noexcept;
  void kill(ScopeId id, const Cause& cause, const Now& now) noexcept;
  /// A person's: HALTED for `cause.value` seconds, or with 0 until armed. A second
  /// one can only make it longer.
  void halt(ScopeId id, const Cause& cause, const Now& now) noexcept;
  /// The traders whose gates have the scope are told something; no state changes.
  void direct(ScopeId id, const DirectiveWish& wish, const Cause& cause, const Now& now) noexcept;
  /// May `id` be armed? Gives the count of kills that arm() must still find.
  ArmAnswer may_arm(ScopeId id, std::uint64_t& kills_seen) const noexcept;
  ArmAnswer arm(ScopeId id, std::uint64_t kills_seen, const Cause& cause, const Now& now) noexcept;
  /// Lifts UNARMED, never KILLED. False when there was nothing to lift.
  bool arm_at_start(const Now& now) noexcept;
  void tick(const Now& now) noexcept;

  /// guard: a gate without scopes is UNARMED.
  [[nodiscard]] Verdict verdict(std::span<const ScopeId> scopes) const noexcept;
  [[nodiscard]] bool armed() const noexcept { return armed_; }
  /// guard: Unix time since when armed() is what it is.
  [[nodiscard]] std::chrono::nanoseconds armed_since() const noexcept { return armed_since_wall_; }
  [[nodiscard]] bool killed(ScopeId id) const noexcept { return scopes_[id].killed; }
  /// guard: something holds it that only a person lifts.
  [[nodiscard]] bool needs_arming(ScopeId id) const noexcept;
  /// guard: grows with each change of any state.
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }
  [[nodiscard]] std::span<const Change> changes() const noexcept { return changes_; }
  void clear_changes() noexcept { changes_.clear(); }

 private:
  static constexpr ScopeId global_id = 0;

  /// A person's halt of a scope.
  struct Halt {
    static constexpr auto until_armed = std::chrono::nanoseconds::max();
    bool in_force = false;
    Cause cause;
    std::chrono::nanoseconds since_steady{};
    std::chrono::nanoseconds since_wall{};
    std::chrono::nanoseconds until_steady{};
    std::uint32_t minutes_left = 0;  ///< 0: until armed
  };
  struct Scope {
    ScopeText name;
    bool never_opens = false;  ///< stands for the scopes that found no room
    bool killed = false;
    bool is_carried = false;    ///< killed by an earlier sidecar, whose rule has not fired since
    std::uint64_t kills = 0;    ///< and halts, of this process, repeated ones included
    std::uint64_t latches = 0;  ///< kills that found it not KILLED
    Cause cause;
    std::chrono::nanoseconds since_wall{};
    Halt halt;
    Causes causes;
    const Breaker* closed_by = nullptr;          ///< the most restrictive, of these the first
    std::uint32_t minutes_left = 0;              ///< of all that are as restrictive as it
    const Breaker* kill_requested = nullptr;     ///< its alert fires and kills this scope
    std::uint32_t probes_spent = 0;              ///< in the pass that runs
    std::uint32_t allowance = shm::most_probes;  ///< the smallest of those PROBING
    std::uint32_t probe_epoch = 0;               ///< of the last one that began
  };

  ScopeId add_scope(std::string_view name);
  [[nodiscard]] static ScopeId widened(ScopeId id) noexcept;
  void restore_closed(const Entry& entry, const Now& now);
  void take_trips_before(Breaker& breaker);
  void apply(Breaker& breaker, BreakerId id, const Now& now) noexcept;
  void note_tripped(const Breaker& breaker, BreakerId id, const Now& now) noexcept;
  void note_over(const Breaker& breaker, BreakerId id, Breaker::Change change,
                 const Now& now) noexcept;
  void consider(const Breaker& breaker) noexcept;
  void pull_kill_switch(Breaker& breaker, const Now& now) noexcept;
  void end_halt(ScopeId id, const Now& now) noexcept;
  void note(const Change& change) noexcept;
  [[nodiscard]] Change scope_change(ScopeId id, Action action, const Cause& cause,
                                    const Now& now) const noexcept;
  /// What the scope's own latches and breakers make it.
  [[nodiscard]] static GateState closed_state(const Scope& scope) noexcept;
  [[nodiscard]] GateState state_of(ScopeId id) const noexcept;
  [[nodiscard]] Verdict describe(ScopeId id, GateState state) const noexcept;
  /// Until nothing of the scope holds `state` any more, rounded up; 0: not by the clock
  /// alone.
  [[nodiscard]] static std::uint32_t minutes_left(const Scope& scope, GateState state) noexcept;
  [[nodiscard]] shm::Allowance allowance(std::span<const ScopeId> scopes) const noexcept;
  [[nodiscard]] static bool is_by_halt(const Scope& scope, GateState state) noexcept;

  mutable std::mutex registration_;  ///< never taken by the guard
  std::unordered_map<std::string, ScopeId> scope_ids_;
  std::unordered_map<std::string, BreakerId> breaker_ids_;
  std::chrono::nanoseconds day_{};
  TripCounts trips_before_;  ///< of the day, by an earlier sidecar, for breakers to come
  AppendOnly<Scope> scopes_{max_scopes};
  AppendOnly<Breaker> breakers_{max_breakers};

  bool armed_ = false;
  ReasonText unarmed_reason_{"no arming on record"};
  std::chrono::nanoseconds armed_since_wall_{};  ///< or not armed
  std::uint64_t revision_ = 0;
  std::uint32_t last_epoch_ = 0;  ///< of a probing
  std::vector<Change> changes_;   ///< reserved once
};

}  // namespace outrider::protection
