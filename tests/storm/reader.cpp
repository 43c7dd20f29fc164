// SPDX-License-Identifier: Apache-2.0
#include "storm/reader.hpp"

#include <cstdio>
#include <thread>

namespace outrider::storm {
namespace {

constexpr std::uint64_t passes_between_looks = 8;

/// What spilled is read for its own sake: retirement keeps what was seen.
struct Nowhere {
  void add(const drain::Row&, std::uint32_t, std::uint64_t) {}
  void add_cut(const drain::Row&, std::size_t, std::uint64_t) {}
  void add_sum(const drain::Row&, std::uint64_t, std::uint64_t) {}
};

}  // namespace

Reader::Reader(const std::string& directory, Ledger& ledger)
    : directory_{directory}, ledger_{ledger} {
  ledger_.reader_phase = ReaderPhase::starts;
  segments::remove_orphans(directory_);
  bool damaged = false;
  shm::FileError error;
  auto checkpoint = drain::Checkpoint::open(directory_, producer_name, damaged, error);
  if (checkpoint == nullptr || damaged) {
    trouble_ = damaged ? "the checkpoint was damaged" : error.message;
    return;
  }
  drainer_ = std::make_unique<drain::Drainer>(std::move(checkpoint));
  const std::uint64_t drained = drainer_->totals().drained;
  if (drained < ledger_.seen_drained) {
    trouble_ = "drained " + std::to_string(drained) + " after " +
               std::to_string(ledger_.seen_drained) + " had been shown";
  }
}

bool Reader::pass() {
  if (segment_ == nullptr) {
    const auto found = segments::list_segments(directory_);
    if (found.empty()) return false;
    attach(found);
    return true;
  }
  if (drainer_->has_unbound_series() || !drain::is_complete(*binding_)) bind();
  take();
  if (drainer_->has_new_spill()) sweep();
  if (++passes_ % passes_between_looks == 0) look_whether_it_ended();
  // relaxed: our own store.
  const bool ended = segment_->ended.load(std::memory_order_relaxed);
  if (ended && drainer_->is_drained() && !drainer_->has_unbound_series()) retire();
  return true;
}

void Reader::attach(const std::vector<segments::Found>& found) {
  ledger_.reader_phase = ReaderPhase::binds;
  shm::AttachResult result{};
  std::string why;
  auto segment = segments::open_segment(directory_, found.front(), result, why);
  if (segment == nullptr) {
    // Absent: the trader's own start has removed a retired one.
    if (result != shm::AttachResult::absent) trouble_ = why;
    return;
  }
  // sync(retired): acquire, pairs with Drainer::retire of a reader before us.
  if (segment->control.state().retired.load(std::memory_order_acquire) == 1) {
    ledger_.reader_phase = ReaderPhase::removes;
    segments::remove_files(directory_, *segment);
    return;
  }
  segment_ = std::move(segment);
  bind();
  if (!drainer_->is_live()) retire();  // carried over by a reader that could not say so any more
}

void Reader::bind() {
  ledger_.reader_phase = ReaderPhase::binds;
  std::vector<std::string> refusals;
  binding_ = drainer_->bind(segment_, binding_.get(), refusals);
  if (!refusals.empty()) trouble_ = refusals.front();
  drainer_->adopt(binding_);
}

void Reader::take() {
  ledger_.reader_phase = ReaderPhase::drains;
  while (!drainer_->take().empty()) show();
}

void Reader::sweep() {
  ledger_.reader_phase = ReaderPhase::sweeps;
  Nowhere nowhere;
  drainer_->sweep(nowhere);
  show();
}

void Reader::look_whether_it_ended() {
  // relaxed: our own store.
  if (segment_->ended.load(std::memory_order_relaxed)) return;
  std::shared_ptr<segments::Segment> newer;
  for (const auto& found : segments::list_segments(directory_)) {
    shm::AttachResult result{};
    std::string why;
    if (found.generation <= segment_->generation()) continue;
    newer = segments::open_segment(directory_, found, result, why);
    break;
  }
  if (!segment_->trader_has_ended(newer.get())) return;
  bind();
  // sync(ended): release; one thread here, two in the sidecar.
  segment_->ended.store(true, std::memory_order_release);
}

void Reader::retire() {
  ledger_.reader_phase = ReaderPhase::retires;
  if (drainer_->is_live()) {
    Nowhere nowhere;
    drainer_->sweep(nowhere);
    drainer_->retire();
    show();
  }
  ledger_.reader_phase = ReaderPhase::removes;
  segments::remove_files(directory_, *segment_);
  segment_.reset();
  binding_.reset();
}

// What is shown once must never be taken back.
void Reader::show() {
  const std::uint64_t drained = drainer_->totals().drained;
  std::uint64_t counted = ledger_.seen_counted;
  for (const drain::BoundSeries& series : binding_->series) {
    if (series.info.kind == shm::SeriesKind::counter) counted = drainer_->counter(series);
  }
  if (drained < ledger_.seen_drained || counted < ledger_.seen_counted) {
    trouble_ = "a total went down: drained " + std::to_string(drained) + " after " +
               std::to_string(ledger_.seen_drained) + ", counted " + std::to_string(counted) +
               " after " + std::to_string(ledger_.seen_counted);
  }
  ledger_.seen_drained = drained;
  ledger_.seen_counted = counted;
}

int run_reader(const std::string& directory, Ledger& ledger) {
  Reader reader{directory, ledger};
  while (reader.trouble().empty()) {
    reader.pass();
    std::this_thread::yield();
  }
  std::fprintf(stderr, "reader: %s\n", reader.trouble().c_str());
  return 1;
}

}  // namespace outrider::storm
