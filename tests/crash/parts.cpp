// SPDX-License-Identifier: Apache-2.0
#include "crash/parts.hpp"

#include <cstdio>
#include <cstdlib>

namespace outrider::crash {
namespace {

/// For sweeps whose result nobody needs.
struct SweepAway {
  void add(const drain::Row&, std::uint32_t, std::uint64_t) {}
  void add_cut(const drain::Row&, std::size_t, std::uint64_t) {}
  void add_sum(const drain::Row&, std::uint64_t, std::uint64_t) {}
};

}  // namespace

void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::_Exit(1);
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
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    counters_[i] = writer_.counter(counter_names[i], "");
  }
  const std::vector<double> bounds(histogram_bounds.begin(), histogram_bounds.end());
  histogram_ = writer_.histogram(histogram_name, "", {.unit = Unit::count(), .bounds = bounds});
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

void DrainingSidecar::sweep() {
  SweepAway sink;
  drainer_->sweep(sink);
}

void DrainingSidecar::retire() {
  segment_->ended.store(true, std::memory_order_relaxed);  // relaxed: one thread
  while (!drainer_->take().empty()) {
  }
  sweep();
  drainer_->retire();
  segments::remove_files(round_.directory, *segment_);
}

}  // namespace outrider::crash
