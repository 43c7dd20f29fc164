// SPDX-License-Identifier: Apache-2.0
#include "fuzz/drain_run.hpp"

#include "gate_keeper.hpp"
#include "outputs/exposition.hpp"

namespace outrider::fuzz {
namespace {

using std::chrono::nanoseconds;

struct HistogramSink {
  const aggregate::HistogramSet& histograms;
  void add(const drain::Row& row, std::uint32_t bucket, std::uint64_t count) const {
    if (auto* kept = histograms.find(row)) kept->add_spilled(bucket, count);
  }
  void add_cut(const drain::Row& row, std::size_t bound, std::uint64_t count) const {
    if (auto* kept = histograms.find(row)) kept->add_spilled_cut(bound, count);
  }
  void add_sum(const drain::Row& row, std::uint64_t low, std::uint64_t high) const {
    if (auto* kept = histograms.find(row)) kept->add_spilled_sum(low, high);
  }
};

}  // namespace

bool Sidecar::start() {
  shm::FileError error;
  damaged_ = false;
  auto checkpoint = drain::Checkpoint::open(directory_, "oms", damaged_, error);
  if (checkpoint == nullptr) return false;
  drainer_ = std::make_unique<drain::Drainer>(std::move(checkpoint));
  extend();
  return true;
}

void Sidecar::extend() {
  if (keeps_ == Keeps::pages) histograms_.extend(drainer_->checkpoint(), nanoseconds{0});
}

bool Sidecar::attach() {
  shm::AttachResult result{};
  std::string why;
  segment_ = segments::open_segment(directory_, {"oms", 1}, result, why);
  if (segment_ == nullptr) {
    const bool is_waiting =
        result == shm::AttachResult::absent || result == shm::AttachResult::not_ready;
    require(is_waiting || !why.empty(), "a refused segment has its reason");
    return false;
  }
  ask(segment_->trader_has_ended(nullptr));
  return true;
}

void Sidecar::bind() {
  binding_ = drainer_->bind(segment_, binding_.get(), refusals_);
  extend();
  drainer_->adopt(binding_);
}

void Sidecar::take_all() {
  const std::uint64_t drained = drainer_->totals().drained;
  // A hostile head may rise for ever; the guard too takes so many in a pass.
  constexpr std::size_t batches = 16;
  for (std::size_t batch = 0; batch < batches; ++batch) {
    const auto seen = drainer_->take();
    if (seen.empty()) break;
    for (const drain::Observation& each : seen) {
      if (keeps_ == Keeps::pages) histograms_.find(*each.row)->add(each);
    }
  }
  // As a difference: a checkpoint may say that nearly 2^64 were drained before.
  require(drainer_->totals().drained - drained <= batches * drain::Drainer::batch_samples,
          "what was drained stays drained");
  const double fullest = drainer_->fullest_ring();
  require(fullest >= 0 && fullest <= 1, "a ring is between empty and full");
  shm::Beat beat;
  if (shm::read_beat(segment_->view.state().heartbeat, beat)) {
    const shm::Beat own{1, 1'000'000'000, 1'000'000'000};
    require(reject_code(segment_->clock(), own, own) != shm::RejectCode::clock_skew,
            "a clock agrees with itself");
    ask(reject_code(segment_->clock(), beat, own));
  }
}

void Sidecar::sweep() {
  if (!drainer_->has_new_spill()) return;
  HistogramSink sink{histograms_};
  drainer_->sweep(sink);
}

void Sidecar::show() {
  for (aggregate::Histogram* each : histograms_.by_row()) {
    if (each != nullptr) each->rotate(std::chrono::seconds{2});
  }
  aggregate::ValuesBuilder builder{"producer"};
  builder.add({"oms", drainer_.get(), &histograms_, binding_}, refusals_);
  const auto values = builder.build();
  aggregate::Snapshot snapshot = values->prepare();
  values->copy_to(snapshot);
  const std::string text = outputs::to_text(outputs::to_families(snapshot));
  require(shm::is_utf8(text), "what is shown is UTF-8");
}

bool Sidecar::retire() {
  segment_->ended = true;
  if (!drainer_->is_live() || !drainer_->is_drained() || drainer_->has_unbound_series())
    return false;
  HistogramSink sink{histograms_};
  drainer_->sweep(sink);
  drainer_->retire();
  return true;
}

}  // namespace outrider::fuzz
