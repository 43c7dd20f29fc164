// SPDX-License-Identifier: Apache-2.0
// Recording and draining: the law at every instruction of either side.
#include "crash/parts.hpp"
#include "crash/scenarios.hpp"

namespace outrider::crash {
namespace {

/// What all of these have in common: the script, and its account as the judge.
class ByTheScript : public Scenario {
 public:
  void begin(const Round& round) override { account_.emplace(round.seed); }
  std::string judge(const Round& round, const std::string& copy) override {
    // relaxed: the processes stand still.
    account_->move_to(round.ledger->completed.load(std::memory_order_relaxed));
    return crash::judge(recover(copy), *account_);
  }

 private:
  std::optional<Account> account_;
};

/// Calls into a ring that a sidecar has connected and then leaves alone.
class PushWriter final : public ByTheScript {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::writer; }
  void trader(const Round& round) override {
    ScriptTrader trader{round};
    trader.open();
    trader.claim();
    round.stand();
    trader.housekeep();
    round.stand();
    trader.run(10);
    round.done(Side::trader);
  }
  void sidecar(const Round& round) override {
    DrainingSidecar sidecar{round};
    sidecar.attach();
    round.done(Side::sidecar);
  }
};

/// A full ring: nobody drains, so almost every sample is spilled.
class SpillWriter final : public ByTheScript {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::writer; }
  [[nodiscard]] bool has_sidecar() const override { return false; }
  void trader(const Round& round) override {
    ScriptTrader trader{round};
    trader.open();
    trader.claim();
    round.stand();
    trader.run(12);
    round.stand();
    trader.run(80);
    round.done(Side::trader);
  }
};

/// A sidecar that drains what a trader left in the ring and in spill.
class DrainReader final : public ByTheScript {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::reader; }
  void trader(const Round& round) override {
    ScriptTrader trader{round};
    trader.open();
    trader.claim();
    round.stand();
    trader.housekeep();
    round.stand();
    trader.run(1 + mix(round.seed, 1) % 16);
    round.done(Side::trader);
  }
  void sidecar(const Round& round) override {
    DrainingSidecar sidecar{round};
    sidecar.attach();
    round.stand();
    sidecar.turn();
    sidecar.turn();
    round.done(Side::sidecar);
  }
};

/// Both at once, in a seeded interleaving.
class PushAndDrain final : public ByTheScript {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::both; }
  void trader(const Round& round) override {
    ScriptTrader trader{round};
    trader.open();
    trader.claim();
    round.stand();
    trader.housekeep();
    round.stand();
    trader.run(60);
    round.done(Side::trader);
  }
  void sidecar(const Round& round) override {
    DrainingSidecar sidecar{round};
    sidecar.attach();
    round.stand();
    for (;;) sidecar.turn();
  }
};

}  // namespace

std::unique_ptr<Scenario> push_writer() {
  return std::make_unique<PushWriter>();
}
std::unique_ptr<Scenario> spill_writer() {
  return std::make_unique<SpillWriter>();
}
std::unique_ptr<Scenario> drain_reader() {
  return std::make_unique<DrainReader>();
}
std::unique_ptr<Scenario> push_and_drain() {
  return std::make_unique<PushAndDrain>();
}

}  // namespace outrider::crash
