// SPDX-License-Identifier: Apache-2.0
#include "crash/stepper.hpp"

#include <sys/mman.h>

#include <cstring>
#include <filesystem>
#include <new>

namespace outrider::crash {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_violations = 5;

std::string make_tree(const std::string& directory) {
  for (const char* part : {"", "/t", "/c", "/c/kill", "/state"}) {
    fs::create_directory(directory + part);
    fs::permissions(directory + part, fs::perms::owner_all);
  }
  return directory;
}

Ledger* map_ledger() {
  void* memory =
      ::mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc{};
  return static_cast<Ledger*>(memory);
}

}  // namespace

Stepper::Stepper(Scenario& scenario, const std::string& scratch, std::uint64_t seed)
    : scenario_{scenario},
      directory_{make_tree(scratch + "/real")},
      copy_{make_tree(scratch + "/copy")},
      seed_{seed},
      mirror_{directory_, copy_} {
  round_.directory = directory_;
  round_.ledger = map_ledger();
  round_.refresh = [this] { mirror_.copy(); };
}

Stepper::~Stepper() {
  ::munmap(round_.ledger, sizeof(Ledger));
}

bool Stepper::fail(Tracee& tracee, const char* who) {
  outcome_.problem = std::string{who} + " " + tracee.problem() + " in round " +
                     std::to_string(outcome_.rounds) + " of seed " + std::to_string(seed_) +
                     " after " + std::to_string(steps_) + " steps";
  return false;
}

void Stepper::wipe() const {
  for (const auto& each : fs::recursive_directory_iterator{directory_}) {
    if (!each.is_directory()) fs::remove(each.path());
  }
}

void Stepper::begin_round() {
  trader_.kill();
  sidecar_.kill();
  mirror_.reset();
  wipe();
  new (round_.ledger) Ledger{};
  round_.seed = mix(seed_, outcome_.rounds);
  round_.life = 0;
  steps_ = 0;
  ledger_seen_.clear();
  scenario_.begin(round_);
}

// The trader's segment, the sidecar's attachment, the trader's connection; and
// whoever is not stepped does its part.
bool Stepper::start_processes() {
  // relaxed: there is no process.
  for (auto& done : round_.ledger->done) done.store(0, std::memory_order_relaxed);
  if (scenario_.has_trader()) {
    trader_.start([this] { scenario_.trader(round_); });
    if (!trader_.run_to_stand()) return fail(trader_, "the trader");
  }
  if (scenario_.has_sidecar()) {
    sidecar_.start([this] { scenario_.sidecar(round_); });
    if (!sidecar_.run_to_stand()) return fail(sidecar_, "the sidecar");
  }
  if (scenario_.has_trader() && !trader_.run_to_stand()) return fail(trader_, "the trader");
  const bool runs_free = scenario_.has_trader() && scenario_.mode() == Mode::reader;
  if (runs_free && !round_.has_done(Side::trader) && !trader_.run_to_stand())
    return fail(trader_, "the trader");
  if (scenario_.sidecar_prepares() && !sidecar_.run_to_stand())
    return fail(sidecar_, "the sidecar");
  mirror_.look();
  (void)mirror_.changed();
  return true;
}

bool Stepper::skip_reading() {
  if (!scenario_.reads_first()) return true;
  const bool is_reader = scenario_.mode() == Mode::reader;
  Tracee& tracee = is_reader ? sidecar_ : trader_;
  return tracee.run_to_change() || fail(tracee, is_reader ? "the sidecar" : "the trader");
}

bool Stepper::step(Side side) {
  Tracee& tracee = side == Side::trader ? trader_ : sidecar_;
  ++steps_;
  if (scenario_.only_system_calls()) {
    const bool changes = tracee.run_to_change();
    if (!changes && !round_.has_done(side)) return fail(tracee, "whoever is stepped");
    judge_stop(false);
    if (!changes) return true;
  }
  if (!tracee.step()) return fail(tracee, side == Side::trader ? "the trader" : "the sidecar");
  judge_stop(tracee.made_system_call());
  return true;
}

void Stepper::judge_stop(bool after_system_call) {
  if (after_system_call) mirror_.look();
  const bool files_changed = mirror_.changed();
  const std::string_view ledger{reinterpret_cast<const char*>(round_.ledger), sizeof(Ledger)};
  const bool ledger_moved = ledger != ledger_seen_;
  ++outcome_.points;
  if (!files_changed && !ledger_moved) return;
  ledger_seen_ = ledger;
  mirror_.copy();
  ++outcome_.recoveries;
  const std::string why = scenario_.judge(round_, copy_);
  if (why.empty()) return;
  // Not if the copy lacked pages: then the round begins anew, with them.
  has_unknown_pages_ = mirror_.learn();
  if (has_unknown_pages_) return;
  ++outcome_.violations;
  if (outcome_.first_violation.empty()) {
    outcome_.first_violation = why + " (seed " + std::to_string(seed_) + ", round " +
                               std::to_string(outcome_.rounds) + ", step " +
                               std::to_string(steps_) + ")";
  }
}

bool Stepper::goes_on() const {
  return outcome_.points < wanted_ && outcome_.violations < most_violations &&
         outcome_.problem.empty() && !has_unknown_pages_;
}

void Stepper::step_through() {
  const Mode mode = scenario_.mode();
  std::uint64_t burst = 0;
  std::uint64_t turns = 0;
  std::uint64_t left = scenario_.steps_of_life(round_);
  Side side = mode == Mode::reader ? Side::sidecar : Side::trader;
  while (goes_on() && left-- > 0) {
    if (mode == Mode::both && burst-- == 0) {
      const std::uint64_t die = mix(round_.seed + round_.life, ~turns++);
      side = (die & 1) != 0 ? Side::trader : Side::sidecar;
      burst = (die >> 1) % ((die >> 32) % 8 == 0 ? 400 : 12);
    }
    if (mode == Mode::both && round_.has_done(Side::sidecar)) side = Side::trader;
    if (!step(side)) return;
    if (mode == Mode::both ? round_.has_done(Side::trader) : round_.has_done(side)) return;
  }
}

// Both are killed for good: what that leaves must be what was judged last.
void Stepper::end_life() {
  trader_.kill();
  sidecar_.kill();
  mirror_.look();
  if (mirror_.changed()) outcome_.problem = "SIGKILL left other bytes than the last stop showed";
  mirror_.copy();
  scenario_.settle(round_, copy_);
}

void Stepper::round() {
  begin_round();
  const std::uint64_t points = outcome_.points;
  for (; round_.life < scenario_.lives() && goes_on(); ++round_.life) {
    if (!start_processes() || !skip_reading()) return;
    step_through();
    if (scenario_.lives() > 1 && goes_on()) end_life();
  }
  mirror_.look();
  // Pages that nobody compared: the round proves nothing. Now they are known.
  if (mirror_.learn() || has_unknown_pages_) outcome_.points = points;
  has_unknown_pages_ = false;
  ++outcome_.rounds;
  if (goes_on()) ++outcome_.whole_rounds;
}

void Stepper::rehearse() {
  begin_round();
  if (!start_processes()) return;
  if (scenario_.has_trader() && !round_.has_done(Side::trader)) trader_.run_to_stand();
  if (scenario_.has_sidecar() && !round_.has_done(Side::sidecar)) sidecar_.run_to_stand();
  mirror_.look();
  (void)mirror_.learn();
}

Outcome Stepper::run(std::uint64_t points) {
  wanted_ = points;
  rehearse();
  while (goes_on()) round();
  trader_.kill();
  sidecar_.kill();
  return outcome_;
}

}  // namespace outrider::crash
