// SPDX-License-Identifier: Apache-2.0
#include "aggregate/values.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace outrider::aggregate {

void HistogramSet::extend(const drain::Checkpoint& checkpoint, nanoseconds now) {
  by_row_.resize(std::max(by_row_.size(), checkpoint.rows().size()), nullptr);
  for (const auto& [text, row] : checkpoint.rows()) {
    if (row->info.kind != shm::SeriesKind::histogram || by_row_[row->index] != nullptr) continue;
    // The guard may be writing a new row's cells by now; there is nothing in them
    // that it will not tell the histogram itself.
    owned_.push_back(row->is_new ? std::make_unique<Histogram>(*row, now)
                                 : std::make_unique<Histogram>(*row, row->cells[0], now));
    by_row_[row->index] = owned_.back().get();
  }
}

// ----------------------------------------------------------------- reading

namespace {

bool read_gauge(const ValueRef& ref, double& value) noexcept {
  std::uint64_t bits = 0;
  if (!ref.drainer->gauge(*ref.series, bits)) return false;
  value = ref.kind == ValueRef::Kind::gauge_f64
              ? std::bit_cast<double>(bits)
              : static_cast<double>(std::bit_cast<std::int64_t>(bits));
  return true;
}

bool read_up_down(const ValueRef& ref, double& value) noexcept {
  std::int64_t sum = 0;
  if (!ref.drainer->up_down(*ref.series, sum)) return false;
  value = static_cast<double>(sum);
  return true;
}

bool read_rolling(const ValueRef& ref, double& value) noexcept {
  const WindowSummary& summary = ref.histogram->summary(ref.window);
  const double scale = ref.row->info.scale;
  switch (ref.kind) {
    case ValueRef::Kind::rolling_count:
      value = static_cast<double>(summary.count);
      return true;
    case ValueRef::Kind::rolling_sum:
      value = summary.sum * scale;
      return true;
    case ValueRef::Kind::rolling_maximum:
      value = static_cast<double>(summary.maximum.value) * scale;
      return summary.count > 0;
    default:
      value = static_cast<double>(summary.values[ref.edge]) * scale;
      return summary.count >= samples_needed(quantiles[ref.edge]);
  }
}

}  // namespace

bool Values::read(ValueId id, double& value) const noexcept {
  const ValueRef& ref = refs_[id];
  switch (ref.kind) {
    case ValueRef::Kind::own:
      value = *ref.own;
      return true;
    case ValueRef::Kind::counter:
      value = static_cast<double>(ref.drainer->counter(*ref.series));
      return true;
    case ValueRef::Kind::carried_counter:
      value = static_cast<double>(ref.drainer->carried(*ref.row));
      return true;
    case ValueRef::Kind::up_down:
      return read_up_down(ref, value);
    case ValueRef::Kind::gauge_f64:
    case ValueRef::Kind::gauge_i64:
      return read_gauge(ref, value);
    case ValueRef::Kind::bucket:
      value = static_cast<double>(ref.histogram->count_up_to(ref.edge));
      return true;
    case ValueRef::Kind::count:
      value = static_cast<double>(ref.histogram->count());
      return true;
    case ValueRef::Kind::sum:
      value = ref.histogram->sum() * ref.row->info.scale;
      return true;
    case ValueRef::Kind::outside:
      return ref.outside->read(ref.index, value);
    default:
      return read_rolling(ref, value);
  }
}

void Values::take_outside() noexcept {
  for (const auto& each : outside_) each->take();
}

Snapshot Values::prepare() const {
  Snapshot snapshot;
  snapshot.schema = schema_;
  snapshot.values.resize(refs_.size());
  snapshot.present.resize(refs_.size());
  return snapshot;
}

void Values::count_not_finite(const drain::Drainer* drainer) const noexcept {
  for (const auto& [whose, cell] : not_finite_) {
    if (whose == drainer) *cell += 1;
  }
}

// The sidecar's own values come last, so that a count made here is of this copy.
void Values::copy_to(Snapshot& snapshot) const noexcept {
  for (const auto& [drainer, cell] : not_finite_) *cell = 0;
  for (ValueId id = 0; id < refs_.size(); ++id) {
    double& value = snapshot.values[id];
    snapshot.present[id] = read(id, value) ? 1 : 0;
    if (refs_[id].kind == ValueRef::Kind::gauge_f64 && snapshot.present[id] != 0 &&
        !std::isfinite(value)) [[unlikely]] {
      count_not_finite(refs_[id].drainer);
    }
  }
}

}  // namespace outrider::aggregate
