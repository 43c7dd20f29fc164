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
}

Stepper::~Stepper() {
  ::munmap(round_.ledger, sizeof(Ledger));
}

bool Stepper::has_done(Side side) const {
  // relaxed: the processes stand still.
  return round_.ledger->done[static_cast<std::size_t>(side)].load(std::memory_order_relaxed) != 0;
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

// The trader's segment, the sidecar's attachment, the trader's connection; and
// whoever is not stepped does its part.
bool Stepper::set_up() {
  trader_.kill();
  sidecar_.kill();
  mirror_.reset();
  wipe();
  new (round_.ledger) Ledger{};
  round_.seed = mix(seed_, outcome_.rounds);
  steps_ = 0;
  scenario_.begin(round_);
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
  if (runs_free && !has_done(Side::trader) && !trader_.run_to_stand())
    return fail(trader_, "the trader");
  return true;
}

bool Stepper::step(Side side) {
  Tracee& tracee = side == Side::trader ? trader_ : sidecar_;
  ++steps_;
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
  ++outcome_.violations;
  if (outcome_.first_violation.empty()) {
    outcome_.first_violation = why + " (seed " + std::to_string(seed_) + ", round " +
                               std::to_string(outcome_.rounds) + ", step " +
                               std::to_string(steps_) + ")";
  }
}

void Stepper::step_through() {
  const Mode mode = scenario_.mode();
  std::uint64_t burst = 0;
  Side side = mode == Mode::reader ? Side::sidecar : Side::trader;
  std::uint64_t turns = 0;
  while (outcome_.points < wanted_ && outcome_.violations < most_violations) {
    if (mode == Mode::both && burst-- == 0) {
      const std::uint64_t die = mix(round_.seed, ~turns++);
      side = (die & 1) != 0 ? Side::trader : Side::sidecar;
      burst = (die >> 1) % ((die >> 32) % 8 == 0 ? 400 : 12);
    }
    if (!step(side)) return;
    if (mode == Mode::both ? has_done(Side::trader) : has_done(side)) return;
  }
}

void Stepper::round() {
  if (!set_up()) return;
  mirror_.look();
  (void)mirror_.changed();
  ledger_seen_.clear();
  const std::uint64_t points = outcome_.points;
  step_through();
  // Pages that nobody compared: the round proves nothing. Now they are known.
  mirror_.look();
  if (mirror_.learn()) outcome_.points = points;
  ++outcome_.rounds;
}

void Stepper::rehearse() {
  if (!set_up()) return;
  if (scenario_.has_trader() && !has_done(Side::trader)) trader_.run_to_stand();
  mirror_.look();
  (void)mirror_.learn();
}

Outcome Stepper::run(std::uint64_t points) {
  wanted_ = points;
  rehearse();
  while (outcome_.points < wanted_ && outcome_.violations < most_violations &&
         outcome_.problem.empty()) {
    round();
  }
  trader_.kill();
  sidecar_.kill();
  return outcome_;
}

}  // namespace outrider::crash
