// SPDX-License-Identifier: Apache-2.0
#include "crash/parts.hpp"

namespace outrider::crash {

void LastingSidecar::attach(const segments::Found& found) {
  const auto known = [&](const auto& each) { return each->generation() == found.generation; };
  if (found.generation <= retired_ || std::any_of(segments_.begin(), segments_.end(), known))
    return;
  shm::AttachResult result{};
  std::string why;
  auto segment = segments::open_segment(round_.directory, found, result, why);
  if (segment == nullptr) {
    // Its trader's next start may have removed it since it was listed.
    if (result == shm::AttachResult::absent) return;
    give_up("sidecar: " + why);
  }
  // sync(retired): acquire, pairs with Drainer::retire of an earlier sidecar.
  if (segment->control.state().retired.load(std::memory_order_acquire) == 1) {
    segments::remove_files(round_.directory, *segment);
    retired_ = found.generation;
    return;
  }
  if (drainer_ == nullptr) {
    bool damaged = false;
    shm::FileError error;
    auto checkpoint = drain::Checkpoint::open(round_.directory, producer_name, damaged, error);
    if (checkpoint == nullptr || damaged) give_up("sidecar: checkpoint: " + error.message);
    drainer_ = std::make_unique<drain::Drainer>(std::move(checkpoint));
  }
  segments_.push_back(std::move(segment));
}

void LastingSidecar::bind() {
  const bool is_known = binding_ != nullptr && binding_->segment == segments_.front();
  if (is_known && drain::is_complete(*binding_)) return;
  std::vector<std::string> refusals;
  binding_ = drainer_->bind(segments_.front(), binding_.get(), refusals);
  if (!refusals.empty()) give_up("sidecar: " + refusals.front());
  drainer_->adopt(binding_);
}

void LastingSidecar::scan() {
  for (const segments::Found& each : segments::list_segments(round_.directory)) attach(each);
  if (segments_.size() < 2) return;
  segments::Segment& oldest = *segments_.front();
  if (!oldest.trader_has_ended(segments_[1].get())) give_up("sidecar: a dead trader seems to live");
  oldest.ended.store(true, std::memory_order_relaxed);  // relaxed: one thread
}

void LastingSidecar::retire() {
  if (drainer_->is_live()) {
    SweepAway sink;
    drainer_->sweep(sink);
    drainer_->retire();
  }
  retired_ = segments_.front()->generation();
  segments::remove_files(round_.directory, *segments_.front());
  segments_.erase(segments_.begin());
}

void LastingSidecar::turn() {
  if (turns_++ % 8 == 0) scan();
  if (segments_.empty()) return;
  bind();
  if (!drainer_->take().empty()) return;
  const segments::Segment& oldest = *segments_.front();
  const bool ended = oldest.ended.load(std::memory_order_relaxed);  // relaxed: one thread
  if (ended && drainer_->is_drained() && !drainer_->has_unbound_series()) retire();
}

void LastingSidecar::catch_up() {
  do {
    turn();
  } while (segments_.size() > 1 || turns_ < 9);
}

}  // namespace outrider::crash
