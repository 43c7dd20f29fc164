// SPDX-License-Identifier: Apache-2.0
#include "crash/parts.hpp"

#include <cstdio>
#include <cstdlib>

#include "crash/survivor.hpp"

namespace outrider::crash {
void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::_Exit(1);
}

Account& ByTheScript::account(const Round& round) {
  // relaxed: the processes stand still.
  account_->move_to(round.ledger->completed.load(std::memory_order_relaxed));
  return *account_;
}

std::string ByTheScript::judge(const Round& round, const std::string& copy) {
  const Account& now = account(round);
  const Found found = recover(copy);
  std::string why = crash::judge(found, now);
  if (!why.empty() || aftermath_ == Aftermath::sidecar_returns) return why;
  round.refresh();
  if (aftermath_ == Aftermath::trader_lives_on) {
    Account later = now;
    later.move_to(now.calls() + go_on_recording(copy, round.seed, now.calls(), 10));
    why = crash::judge(recover(copy), later);
    return why.empty() ? why : "the trader lives on: " + why;
  }
  Account later = now;
  later.settle(found.retired);
  why = return_and_record(copy, round.seed, later);
  if (why.empty()) why = crash::judge(recover(copy), later);
  return why.empty() ? why : "a trader returned first: " + why;
}

std::string return_and_record(const std::string& directory, std::uint64_t seed, Account& account) {
  Ledger ledger{};
  // relaxed: one thread.
  ledger.completed.store(account.calls(), std::memory_order_relaxed);
  Round round;
  round.directory = directory;
  round.seed = seed;
  round.ledger = &ledger;
  std::uint64_t newest = 0;
  for (const auto& each : segments::list_segments(directory)) newest = each.generation;
  ScriptTrader trader{round};
  trader.open();
  if (trader.producer().generation() <= newest)
    return "generation " + std::to_string(trader.producer().generation()) + " is not a new one";
  trader.claim();
  trader.run(account.calls() + 12);
  account.move_to(account.calls() + 12);
  return {};
}

shm::Geometry small_geometry() {
  return {.lanes = 2,
          .ring_capacity = 8,
          .series = 16,
          .cells = 8,
          .gauges = 4,
          .histograms = 2,
          .gates = 4,
          .string_bytes = 1024,
          .spill_bytes = 3 * shm::spill_bytes(2, shm::BucketLayout{2}.count())};
}

void ScriptTrader::open() {
  Status status;
  producer_.emplace(Producer::create({.name = producer_name,
                                      .directory = round_.directory,
                                      .housekeeping = Housekeeping::manual,
                                      .clock = ClockChoice::tsc,
                                      .geometry = small_geometry()},
                                     status));
  if (!status.ok()) give_up(status.message);
}

void ScriptTrader::claim(const char* thread_name) {
  writer_ = producer_->writer(thread_name);
  for (std::size_t which = 0; which < 3; ++which) register_series(which);
}

void ScriptTrader::register_series(std::size_t which) {
  if (which < counters_.size()) {
    counters_[which] = writer_.counter(counter_names[which], "");
    return;
  }
  const std::vector<double> bounds(histogram_bounds.begin(), histogram_bounds.end());
  histogram_ = writer_.histogram(histogram_name, "", {.unit = Unit::count(), .bounds = bounds});
}

void ScriptTrader::meet_sidecar() {
  open();
  claim();
  round_.stand();
  housekeep();
  round_.stand();
}

void ScriptTrader::run(std::uint64_t until) {
  // relaxed, all: one thread, and the tracer looks while it stands still.
  for (auto at = round_.ledger->completed.load(std::memory_order_relaxed); at < until; ++at) {
    const Call call = call_at(round_.seed, at);
    if (call.is_sample) {
      histogram_.record(call.n, Ticks::from_raw(at + 1));
    } else {
      counters_[call.counter].add(call.n);
    }
    // The ledger must not move before the call: release keeps the compiler to it.
    round_.ledger->completed.store(at + 1, std::memory_order_release);
  }
}

void DrainingSidecar::attach(std::uint64_t generation) {
  shm::AttachResult result{};
  std::string why;
  segment_ = segments::open_segment(round_.directory, {producer_name, generation}, result, why);
  if (segment_ == nullptr) give_up("sidecar: " + why);
  bool damaged = false;
  shm::FileError error;
  auto checkpoint = drain::Checkpoint::open(round_.directory, producer_name, damaged, error);
  if (checkpoint == nullptr || damaged) give_up("sidecar: checkpoint: " + error.message);
  drainer_ = std::make_unique<drain::Drainer>(std::move(checkpoint));
  bind();
}

void DrainingSidecar::bind() {
  std::vector<std::string> refusals;
  binding_ = drainer_->bind(segment_, binding_.get(), refusals);
  if (!refusals.empty()) give_up("sidecar: " + refusals.front());
  drainer_->adopt(binding_);
}

void DrainingSidecar::turn() {
  if (!drain::is_complete(*binding_)) bind();
  (void)drainer_->take();
}

void DrainingSidecar::end() {
  segment_->ended.store(true, std::memory_order_relaxed);  // relaxed: one thread
  while (!drainer_->take().empty()) {
  }
  SweepAway sink;
  drainer_->sweep(sink);
}

void DrainingSidecar::retire() {
  drainer_->retire();
  segments::remove_files(round_.directory, *segment_);
}

}  // namespace outrider::crash
