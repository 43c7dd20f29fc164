// SPDX-License-Identifier: Apache-2.0
// Latches, the journal and kill requests: what was stored is never forgotten by
// the next start, and nothing is armed that nobody armed.
#include <unistd.h>

#include <array>
#include <memory>

#include "crash/scenarios.hpp"
#include "protection/enforce.hpp"
#include "protection/scribe.hpp"
#include "protection/start.hpp"

namespace outrider::crash {
namespace {

using namespace protection;
using namespace std::chrono_literals;

constexpr std::array<const char*, 3> scope_names{"global", "venue=a", "venue=b"};

/// What the ledger says of a scope, of the breaker (3) and of arming (4).
enum State : std::uint64_t { open, closing, closed, opening };
constexpr std::size_t breaker_fact = 3;
constexpr std::size_t armed_fact = 4;  ///< `closed` stands for armed

StartPaths paths_in(const std::string& directory) {
  return {directory + "/c/latch", directory + "/c/kill", {directory + "/state/latch.journal"}};
}

Now at(std::uint64_t pass) {
  const auto since = std::chrono::seconds{pass};
  return {1000s + since, 1'700'000'000s + since};
}

Cause person(const char* reason) {
  return {{}, "ann", reason, 0};
}

BreakerSpec storm(ScopeId scope) {
  return {"Storm", scope, BreakerAction::halt, 0s, 0s};
}

/// The deciding part of a sidecar, and its ends.
class Guard final : public Ends {
 public:
  explicit Guard(const Round& round) : round_{round} {
    for (std::size_t i = 0; i < scopes_.size(); ++i) scopes_[i] = protection_.scope(scope_names[i]);
    breaker_ = *protection_.breaker(storm(scopes_[1]));
  }
  void begin() {
    Started started = start(protection_, paths_in(round_.directory), false, at(0));
    if (!started.latch) std::_Exit(1);
    latch_ = std::move(started.latch);
    journal_ = std::move(started.journal);
  }
  void open_queue() { scribe_ = std::make_unique<Scribe>(std::move(journal_)); }

  void kill(std::size_t which, std::uint64_t pass) {
    if (fact(which) != closed) set(which, closing);
    protection_.kill(scopes_[which], person("a kill by a person"), at(pass));
    carry_out();
  }
  /// As Control::arm does it: disk first.
  void arm(std::size_t which, std::uint64_t pass) {
    std::uint64_t kills = 0;
    if (protection_.may_arm(scopes_[which], kills) != ArmAnswer::done) return;
    const Cause cause = person("an arming by a person, with a reason");
    if (fact(which) != open) set(which, opening);
    if (which == 0 && fact(armed_fact) != closed) set(armed_fact, closing);
    scribe_->put({Action::arm, scope_names[which], cause, at(pass).wall});
    if (scribe_->write_noted()) std::_Exit(1);
    protection_.arm(scopes_[which], kills, cause, at(pass));
    carry_out();
    set(which, open);
    if (which == 0) set(armed_fact, closed);
  }
  void alert(bool fires, std::uint64_t pass) {
    if (fires && fact(breaker_fact) != closed) set(breaker_fact, closing);
    if (!fires && fact(breaker_fact) != open) set(breaker_fact, opening);
    protection_.observe(breaker_, fires ? AlertSignal::firing : AlertSignal::clear, 1);
    protection_.tick(at(pass));
    carry_out();
    if (!fires && protection_.breaker_at(breaker_).state() == GateState::trading)
      set(breaker_fact, open);
  }

 private:
  void carry_out() {
    enforce(protection_, *this);
    if (scribe_->write_noted()) std::_Exit(1);
  }
  void store_latch(const Change& change) noexcept override {
    latch_.store(change);
    if (!change.in_force) return;
    if (change.is_breaker) return set(breaker_fact, closed);
    for (std::size_t i = 0; i < scopes_.size(); ++i) {
      if (scopes_[i] == change.id) set(i, closed);
    }
  }
  /// What a gate has shown must hold from then on.
  void store_gates() noexcept override {
    for (std::size_t i = 0; i < scopes_.size(); ++i) {
      if (protection_.killed(scopes_[i])) set(i, closed);
    }
    if (protection_.breaker_at(breaker_).state() == GateState::halted) set(breaker_fact, closed);
  }
  void note(const Entry& entry) noexcept override { scribe_->note(entry); }

  void set(std::size_t which, State state) const noexcept {
    // Release: not before what it tells of.
    round_.ledger->fact[which].store(state, std::memory_order_release);
  }
  [[nodiscard]] std::uint64_t fact(std::size_t which) const noexcept {
    // relaxed: its own word.
    return round_.ledger->fact[which].load(std::memory_order_relaxed);
  }

  const Round& round_;
  Protection protection_;
  std::array<ScopeId, 3> scopes_{};
  BreakerId breaker_ = 0;
  LatchFile latch_;
  Journal journal_;
  std::unique_ptr<Scribe> scribe_;
};

/// One start on the copy, against the ledger.
std::string judge_start(const Round& round, const std::string& copy, bool must_be_armed) {
  const auto fact = [&](std::size_t which) {
    // relaxed: the processes stand still.
    return round.ledger->fact[which].load(std::memory_order_relaxed);
  };
  Protection protection;
  std::array<ScopeId, 3> ids{};
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = protection.scope(scope_names[i]);
  const BreakerId breaker = *protection.breaker(storm(ids[1]));
  const Started started = start(protection, paths_in(copy), false, at(100));
  if (!started.latch) return "no start: " + started.error.message;
  if (!started.journal.writable()) return "journal: " + started.journal.problem();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const bool killed = protection.killed(ids[i]);
    if (fact(i) == closed && !killed) return std::string{scope_names[i]} + ": a latch is forgotten";
    if (fact(i) == open && killed) return std::string{scope_names[i]} + ": nobody killed it";
  }
  const bool halted = protection.breaker_at(breaker).state() == GateState::halted;
  if (fact(breaker_fact) == closed && !halted) return "a HALTED breaker is forgotten";
  if (protection.armed() && fact(armed_fact) == open) return "armed, and nobody did";
  if (must_be_armed && !protection.armed()) return "an arming is forgotten";
  return {};
}

/// Kills, armings and trips in a row.
class LatchReader final : public Scenario {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::reader; }
  [[nodiscard]] bool has_trader() const override { return false; }
  void sidecar(const Round& round) override {
    Guard guard{round};
    guard.begin();
    guard.open_queue();
    round.stand();
    for (std::uint64_t pass = 1; pass <= 6; ++pass) {
      const std::uint64_t die = mix(round.seed, pass);
      const std::size_t which = (die >> 8) % scope_names.size();
      if (die % 8 < 3) {
        guard.kill(which, pass);
      } else if (die % 8 < 6) {
        guard.arm(which, pass);
      } else {
        guard.alert(die % 8 == 6, pass);
      }
    }
    round.done(Side::sidecar);
  }
  std::string judge(const Round& round, const std::string& copy) override {
    // While a record is being replaced, doubt may leave everything UNARMED.
    bool in_flight = false;
    for (std::size_t i = 0; i <= armed_fact; ++i) {
      // relaxed: the processes stand still.
      const std::uint64_t fact = round.ledger->fact[i].load(std::memory_order_relaxed);
      in_flight = in_flight || fact == closing || fact == opening;
    }
    // relaxed: as above.
    const bool armed = round.ledger->fact[armed_fact].load(std::memory_order_relaxed) == closed;
    const std::string why = judge_start(round, copy, armed && !in_flight);
    if (!why.empty()) return why;
    const std::string again = judge_start(round, copy, armed && !in_flight);
    return again.empty() ? again : "at the second start: " + again;
  }
};

/// A start with latches, a journal and a kill request on record.
class StartReader final : public Scenario {
 public:
  [[nodiscard]] bool reads_first() const override { return true; }
  void begin(const Round&) override {
    (void)user_name(::geteuid());  // once for all rounds: loads the C library's name service
  }
  [[nodiscard]] Mode mode() const override { return Mode::reader; }
  [[nodiscard]] bool has_trader() const override { return false; }
  void sidecar(const Round& round) override {
    {
      Guard before{round};
      before.begin();
      before.open_queue();
      before.arm(0, 1);
      before.kill(1, 2);
    }
    shm::FileError error;
    (void)publish_kill_request(round.directory + "/c/kill", scope_names[2], "by a file", error);
    if (error) std::_Exit(1);
    round.ledger->fact[2].store(closed, std::memory_order_release);  // release: as elsewhere
    Guard anew{round};
    round.stand();
    anew.begin();
    round.done(Side::sidecar);
  }
  std::string judge(const Round& round, const std::string& copy) override {
    return judge_start(round, copy, true);
  }
};

/// Somebody asks for a kill by a file.
class KillRequestWriter final : public Scenario {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::writer; }
  [[nodiscard]] bool has_sidecar() const override { return false; }
  void trader(const Round& round) override {
    round.stand();
    round.stand();
    round.ledger->fact[1].store(closing, std::memory_order_release);  // release: as elsewhere
    shm::FileError error;
    (void)publish_kill_request(round.directory + "/c/kill", scope_names[1], "by a file", error);
    if (error) std::_Exit(1);
    round.ledger->fact[1].store(closed, std::memory_order_release);  // release: as elsewhere
    round.done(Side::trader);
  }
  std::string judge(const Round& round, const std::string& copy) override {
    return judge_start(round, copy, false);
  }
};

}  // namespace

std::unique_ptr<Scenario> latch_reader() {
  return std::make_unique<LatchReader>();
}
std::unique_ptr<Scenario> start_reader() {
  return std::make_unique<StartReader>();
}
std::unique_ptr<Scenario> kill_request_writer() {
  return std::make_unique<KillRequestWriter>();
}

}  // namespace outrider::crash
