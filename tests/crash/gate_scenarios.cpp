// SPDX-License-Identifier: Apache-2.0
// The lease word: granted, renewed and taken back by the gate keeper, alone and
// against a hand that kills. A gate is open by a lease that was granted, or not
// at all.
#include <algorithm>
#include <optional>

#include "crash/parts.hpp"
#include "crash/scenarios.hpp"
#include "gate_keeper.hpp"

namespace outrider::crash {
namespace {

/// What a gate scenario enters in the ledger.
enum Fact : std::size_t {
  before,  ///< the word that was stored last
  after,   ///< the word that is being stored
  killed,  ///< 1: somebody is about to kill by hand, 2: has done so
};

constexpr std::uint64_t lease_ticks = 1'000'000;
constexpr std::uint64_t killed_word = shm::closed_word(GateState::killed);
constexpr std::uint64_t unarmed_word = shm::closed_word(GateState::unarmed);

std::shared_ptr<segments::Segment> open_first(const std::string& directory) {
  shm::AttachResult result{};
  std::string why;
  auto segment = segments::open_segment(directory, {producer_name, 1}, result, why);
  if (segment == nullptr) give_up("gate: " + why);
  return segment;
}

GateRuntime runtime_of(std::shared_ptr<segments::Segment> segment) {
  GateRuntime gate;
  gate.segment = std::move(segment);
  return gate;
}

/// A producer with a gate, which lives in the tracer, and a sidecar that decides
/// this and that about it.
class GateScenario : public Scenario {
 public:
  [[nodiscard]] bool has_trader() const override { return false; }

  void begin(const Round& round) override {
    producer_.reset();
    Status status;
    producer_.emplace(Producer::create({.name = producer_name,
                                        .directory = round.directory,
                                        .housekeeping = Housekeeping::manual,
                                        .clock = ClockChoice::tsc,
                                        .geometry = small_geometry()},
                                       status));
    if (!status.ok()) give_up(status.message);
    (void)producer_->gate("route");
  }

  void sidecar(const Round& round) override {
    GateRuntime gate = runtime_of(open_first(round.directory));
    // relaxed, all here: the tracer looks while the process stands still.
    round.ledger->fact[before].store(unarmed_word, std::memory_order_relaxed);
    round.ledger->fact[after].store(unarmed_word, std::memory_order_relaxed);
    round.stand();
    bool is_killed = false;
    for (std::uint64_t pass = 1; pass <= 40; ++pass) {
      if (!decide(round, gate, pass, is_killed)) is_killed = true;
    }
    round.done(Side::sidecar);
  }

  std::string judge(const Round& round, const std::string& copy) override {
    const auto fact = [&](Fact which) {
      // relaxed: the processes stand still.
      return round.ledger->fact[which].load(std::memory_order_relaxed);
    };
    const auto segment = open_first(copy);
    const auto& slot = segment->control.gate(0);
    const std::uint64_t word = slot.word.load(std::memory_order_relaxed);  // relaxed: as above
    if (fact(killed) == 2 && word != killed_word)
      return "killed by hand, and the word is " + std::to_string(word);
    const bool known =
        word == fact(before) || word == fact(after) || (fact(killed) != 0 && word == killed_word);
    if (!known) return "nobody stored the word " + std::to_string(word);
    return take_over(segment, word);
  }

 private:
  /// The next sidecar closes what nobody decided anew, but leaves a kill alone.
  static std::string take_over(const std::shared_ptr<segments::Segment>& segment,
                               std::uint64_t word) {
    GateRuntime gate = runtime_of(segment);
    const protection::Verdict verdict{GateState::unarmed, "global", {}, {}, "restarted", {}};
    const auto enforced = enforce(gate, {verdict, Ticks::from_raw(1), lease_ticks, true, {}});
    const auto& slot = segment->control.gate(0);
    const std::uint64_t now = slot.word.load(std::memory_order_relaxed);  // relaxed: one thread
    if (word == killed_word) {
      return enforced == Enforced::found_kill && now == killed_word ? "" : "a kill was overwritten";
    }
    if (now != unarmed_word) return "still open after the next sidecar closed it";
    const shm::GateDetail detail = shm::load_detail(slot);
    auto& heartbeat = segment->control.state().heartbeat;
    shm::beat(heartbeat, Ticks::from_raw(7), 8);
    shm::Beat beat;
    if (!shm::read_beat(heartbeat, beat) || beat.ticks != 7 || beat.ns != 8)
      return "the next sidecar's heartbeat cannot be read";
    // relaxed: one thread.
    const bool whole = (slot.version.load(std::memory_order_relaxed) & 1) == 0;
    const bool told = detail.state == GateState::unarmed && detail.reason == "restarted";
    return whole && told ? "" : "the detail is not, as a whole, what the next sidecar stored";
  }

  /// One pass. False when it found that somebody else has killed. Against a killing
  /// hand it does not decide KILLED itself: a second KILLED leaves no trace in the
  /// word, which is why the hand publishes a kill request before it stores.
  bool decide(const Round& round, GateRuntime& gate, std::uint64_t pass, bool is_killed) const {
    constexpr std::array<GateState, 4> others{GateState::halted, GateState::reduce_only,
                                              GateState::unarmed, GateState::killed};
    const std::uint64_t die = mix(round.seed, pass);
    const bool trades = !is_killed && die % 4 != 0;
    const GateState state = is_killed ? GateState::killed
                            : trades  ? GateState::trading
                                      : others[(die >> 8) % (mode() == Mode::both ? 3 : 4)];
    const bool renew = (die >> 16) % 2 == 0;
    const Ticks now = Ticks::from_raw(pass * 1'000);
    const bool is_open = (gate.word & shm::closed_bit) == 0 && gate.word != 0;
    const bool keeps = trades && is_open && !renew;
    const std::uint64_t next = !trades ? shm::closed_word(state)
                               : keeps ? gate.word
                                       : now.raw() + lease_ticks;
    // Release: the ledger moves before the word does, and after.
    round.ledger->fact[after].store(next, std::memory_order_release);
    const protection::Verdict verdict{state, "global", "Storm", {}, {}, {}};
    const bool mine = enforce(gate, {verdict, now, lease_ticks, renew, {}}) != Enforced::found_kill;
    round.ledger->fact[before].store(mine ? next : killed_word, std::memory_order_release);
    return mine;
  }

  std::optional<Producer> producer_;
};

class GateReader final : public GateScenario {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::reader; }
};

/// In the trader's place, a hand that kills at some moment.
class GateAgainstKill final : public GateScenario {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::both; }
  [[nodiscard]] bool has_trader() const override { return true; }
  void trader(const Round& round) override {
    round.stand();
    const auto segment = open_first(round.directory);
    round.stand();
    wait(mix(round.seed, 0) % 1'500);
    // Release: the ledger moves before the word does, and after.
    round.ledger->fact[killed].store(1, std::memory_order_release);
    segment->control.gate(0).word.store(killed_word, std::memory_order_release);
    round.ledger->fact[killed].store(2, std::memory_order_release);
    wait(600);
    round.done(Side::trader);
  }

 private:
  /// Some instructions.
  static void wait(std::uint64_t turns) {
    std::atomic<std::uint64_t> turn{0};
    // relaxed: nobody else sees it.
    while (turn.load(std::memory_order_relaxed) < turns)
      turn.fetch_add(1, std::memory_order_relaxed);
  }
};

}  // namespace

std::unique_ptr<Scenario> gate_reader() {
  return std::make_unique<GateReader>();
}
std::unique_ptr<Scenario> gate_against_kill() {
  return std::make_unique<GateAgainstKill>();
}

}  // namespace outrider::crash
