// SPDX-License-Identifier: Apache-2.0
// Recording and draining: the law at every instruction of either side.
#include <algorithm>

#include "crash/parts.hpp"
#include "crash/scenarios.hpp"

namespace outrider::crash {
namespace {

/// Calls into a ring that a sidecar has connected and then leaves alone.
class PushWriter final : public ByTheScript {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::writer; }
  void trader(const Round& round) override {
    ScriptTrader trader{round};
    trader.meet_sidecar();
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
  DrainReader() : ByTheScript{Aftermath::trader_lives_on} {}
  [[nodiscard]] Mode mode() const override { return Mode::reader; }
  void trader(const Round& round) override {
    ScriptTrader trader{round};
    trader.meet_sidecar();
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
    trader.meet_sidecar();
    trader.run(60);
    round.done(Side::trader);
  }
  void sidecar(const Round& round) override {
    DrainingSidecar sidecar{round};
    sidecar.attach();
    round.stand();
    while (!round.has_done(Side::trader)) sidecar.turn();
    sidecar.turn();
    round.done(Side::sidecar);
  }
};

/// Series are registered, and used at once.
class RegistrationWriter final : public ByTheScript {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::writer; }
  [[nodiscard]] bool has_sidecar() const override { return false; }
  void trader(const Round& round) override {
    ScriptTrader trader{round};
    trader.open();
    trader.writer() = trader.producer().writer("gateway");
    round.stand();
    round.stand();
    const auto registered = [&](std::uint64_t number) {
      round.ledger->fact[0].store(number, std::memory_order_release);
    };
    for (std::size_t which = 0; which < 3; ++which) {
      trader.register_series(which);
      registered(which + 1);
    }
    trader.run(4);
    (void)trader.writer().int_gauge("position", "Lots held", {{"venue", "binance"}});
    registered(4);
    (void)trader.producer().gate("route", {{"venue", "binance"}});
    registered(5);
    trader.run(8);
    round.done(Side::trader);
  }
  std::string judge(const Round& round, const std::string& copy) override {
    const std::array<std::string, 5> names{counter_names[0], counter_names[1], histogram_name,
                                           "position{venue=\"binance\"}",
                                           "route{venue=\"binance\"}"};
    const Found found = recover(copy);
    // relaxed: the processes stand still.
    const std::uint64_t registered = round.ledger->fact[0].load(std::memory_order_relaxed);
    if (found.series.size() < registered || found.series.size() > registered + 1)
      return "registered " + std::to_string(registered) + " series, found " +
             std::to_string(found.series.size());
    if (!std::equal(found.series.begin(), found.series.end(), names.begin()))
      return "series " + found.series.back() + " is not the one that was registered";
    return crash::judge(found, account(round));
  }
};

/// Writers come and go, on lanes of their own and on the shared one.
class LanesWriter final : public ByTheScript {
 public:
  [[nodiscard]] Mode mode() const override { return Mode::writer; }
  [[nodiscard]] bool has_sidecar() const override { return false; }
  void trader(const Round& round) override {
    ScriptTrader trader{round};
    trader.open();
    trader.claim("first");
    round.stand();
    round.stand();
    std::uint64_t calls = 0;
    trader.run(calls += 3);
    Writer other = trader.producer().writer("other");
    trader.claim("second");  // "first" is free again
    trader.run(calls += 5);
    Writer third = trader.producer().writer("third");
    trader.claim("all lanes are taken");
    trader.run(calls += 5);
    third = Writer{};
    trader.claim("third");
    trader.run(calls += 5);
    round.done(Side::trader);
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
std::unique_ptr<Scenario> registration_writer() {
  return std::make_unique<RegistrationWriter>();
}
std::unique_ptr<Scenario> lanes_writer() {
  return std::make_unique<LanesWriter>();
}

}  // namespace outrider::crash
