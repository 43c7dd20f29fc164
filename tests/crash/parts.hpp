// SPDX-License-Identifier: Apache-2.0
// The halves of the scenarios that record and drain: a trader that follows the
// script, and a sidecar that takes what it finds.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crash/recovery.hpp"
#include "crash/scenario.hpp"
#include "crash/script.hpp"
#include "outrider/producer.hpp"

namespace outrider::crash {

/// What else comes after a crash than a sidecar that finds all dead.
enum class Aftermath : std::uint8_t {
  sidecar_returns,
  trader_lives_on,  ///< also: only the sidecar died, and the ring fills before it is back
  trader_returns,   ///< also: a trader starts anew before the sidecar does
};

/// For sweeps whose result nobody needs.
struct SweepAway {
  void add(const drain::Row&, std::uint32_t, std::uint64_t) {}
  void add_cut(const drain::Row&, std::size_t, std::uint64_t) {}
  void add_sum(const drain::Row&, std::uint64_t, std::uint64_t) {}
};

/// What scenarios of the script have in common: its account is the judge.
class ByTheScript : public Scenario {
 public:
  explicit ByTheScript(Aftermath aftermath = Aftermath::sidecar_returns) : aftermath_{aftermath} {}

  void begin(const Round& round) override { account_.emplace(round.seed); }
  std::string judge(const Round& round, const std::string& copy) override;

 protected:
  Account& account(const Round& round);

 private:
  Aftermath aftermath_;
  std::optional<Account> account_;
};

/// A trader that starts in `directory`, where its predecessors died, and makes some
/// calls; the account moves on by them. Says what is wrong.
std::string return_and_record(const std::string& directory, std::uint64_t seed, Account& account);

/// A segment of few KiB but for the spill histograms: two lanes of 8 samples.
shm::Geometry small_geometry();

/// A trader in one thread.
class ScriptTrader {
 public:
  explicit ScriptTrader(const Round& round) : round_{round} {}

  void open();
  /// Takes a lane and registers the script's series there.
  void claim(const char* thread_name = "gateway");
  /// Registers one of them: the two counters, then the histogram.
  void register_series(std::size_t which);
  void housekeep() { producer_->housekeep(); }
  /// Opens, claims, and stands while the sidecar makes its control file.
  void meet_sidecar();
  /// Calls of the script, from where the ledger stands to `until`; each is
  /// entered in the ledger when it has returned.
  void run(std::uint64_t until);
  Producer& producer() { return *producer_; }
  Writer& writer() { return writer_; }

 private:
  const Round& round_;
  std::optional<Producer> producer_;
  Writer writer_;
  std::array<Counter, 2> counters_;
  Histogram histogram_;
};

/// A sidecar's discovery and guard in one thread, for the newest generation.
class DrainingSidecar {
 public:
  explicit DrainingSidecar(const Round& round) : round_{round} {}

  void attach(std::uint64_t generation = 1);
  /// One turn: binds what is new, takes what is there.
  void turn();
  /// The trader has ended: takes and sweeps what is left.
  void end();
  /// After that: carries over and unlinks.
  void retire();

 private:
  void bind();

  const Round& round_;
  std::unique_ptr<drain::Drainer> drainer_;
  std::shared_ptr<segments::Segment> segment_;
  std::shared_ptr<const drain::Binding> binding_;
  Tally swept_;
};

/// The same for all generations that are there and come, the oldest first.
class LastingSidecar {
 public:
  explicit LastingSidecar(const Round& round) : round_{round} {}

  /// Looks for segments, takes what is there, retires whose trader has ended.
  void turn();
  /// Turns until nothing is left but the youngest generation.
  void catch_up();

 private:
  void scan();
  void attach(const segments::Found& found);
  void bind();
  void retire();

  const Round& round_;
  std::unique_ptr<drain::Drainer> drainer_;
  std::vector<std::shared_ptr<segments::Segment>> segments_;  ///< oldest first
  std::shared_ptr<const drain::Binding> binding_;             ///< of the oldest
  std::uint64_t retired_ = 0;                                 ///< generation retired last
  std::uint64_t turns_ = 0;
};

/// Ends the process with a sentence: a scenario that cannot be set up.
[[noreturn]] void give_up(const std::string& why);

}  // namespace outrider::crash
