// SPDX-License-Identifier: Apache-2.0
// Births and ends: the files of either side, the carrying over of a generation,
// and a row of generations whose traders and sidecars are all killed.
#include "crash/parts.hpp"
#include "crash/scenarios.hpp"

namespace outrider::crash {
namespace {

/// From nothing to the first calls.
class TelemetryBirth final : public ByTheScript {
 public:
  TelemetryBirth() : ByTheScript{Aftermath::trader_returns} {}
  [[nodiscard]] Mode mode() const override { return Mode::writer; }
  [[nodiscard]] bool reads_first() const override { return true; }
  [[nodiscard]] bool has_sidecar() const override { return false; }
  void trader(const Round& round) override {
    round.stand();
    round.stand();
    ScriptTrader trader{round};
    trader.open();
    trader.claim();
    trader.run(4);
    round.done(Side::trader);
  }
};

/// A sidecar's first look at a producer: control file, checkpoint and its rows.
class ControlBirth final : public ByTheScript {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::reader; }
  void trader(const Round& round) override {
    ScriptTrader trader{round};
    trader.open();
    trader.claim();
    round.stand();
    round.stand();
    trader.run(6 + mix(round.seed, 1) % 8);
    round.done(Side::trader);
  }
  void sidecar(const Round& round) override {
    round.stand();
    DrainingSidecar sidecar{round};
    sidecar.attach();
    sidecar.turn();
    round.done(Side::sidecar);
  }
};

/// The end of a generation: carried over, retired, unlinked.
class RetireReader final : public ByTheScript {
 public:
  RetireReader() : ByTheScript{Aftermath::trader_returns} {}
  [[nodiscard]] Mode mode() const override { return Mode::reader; }
  void trader(const Round& round) override {
    ScriptTrader trader{round};
    trader.meet_sidecar();
    trader.run(1 + mix(round.seed, 1) % 24);
    round.done(Side::trader);
  }
  [[nodiscard]] bool sidecar_prepares() const override { return true; }
  void sidecar(const Round& round) override {
    DrainingSidecar sidecar{round};
    sidecar.attach();
    round.stand();
    sidecar.end();
    round.stand();
    sidecar.retire();
    round.done(Side::sidecar);
  }
};

/// Lives of both, each ended by SIGKILL at some instruction; either side may be
/// the first to return, or both at once.
class Generations final : public ByTheScript {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::both; }
  [[nodiscard]] std::uint64_t lives() const override { return 8; }
  [[nodiscard]] std::uint64_t steps_of_life(const Round& round) const override {
    const std::uint64_t die = die_of(round) >> 8;
    return 1 + (die >> 8) % (die % 4 == 0 ? 30'000 : 4'000);
  }
  void trader(const Round& round) override {
    ScriptTrader trader{round};
    const bool is_first = (die_of(round) & 1) != 0;
    if (is_first) trader.open();
    round.stand();
    round.stand();
    if (!is_first) trader.open();
    trader.claim();
    // relaxed: its own count.
    const auto begin = round.ledger->completed.load(std::memory_order_relaxed);
    for (std::uint64_t calls = 8; calls <= 96; calls += 8) {
      trader.housekeep();
      trader.run(begin + calls);
    }
    round.done(Side::trader);
  }
  void sidecar(const Round& round) override {
    LastingSidecar sidecar{round};
    if ((die_of(round) & 2) != 0) sidecar.catch_up();
    round.stand();
    while (!round.has_done(Side::trader)) sidecar.turn();
    sidecar.catch_up();
    round.done(Side::sidecar);
  }
  void settle(const Round& round, const std::string& copy) override {
    Account& now = account(round);
    now.settle(recover(copy).retired);
    // relaxed: there is no process.
    round.ledger->completed.store(now.calls(), std::memory_order_relaxed);
  }

 private:
  static std::uint64_t die_of(const Round& round) {
    return mix(round.seed, 1'000'000 + round.life);
  }
};

}  // namespace

std::unique_ptr<Scenario> telemetry_birth() {
  return std::make_unique<TelemetryBirth>();
}
std::unique_ptr<Scenario> control_birth() {
  return std::make_unique<ControlBirth>();
}
std::unique_ptr<Scenario> retire_reader() {
  return std::make_unique<RetireReader>();
}
std::unique_ptr<Scenario> generations() {
  return std::make_unique<Generations>();
}

}  // namespace outrider::crash
