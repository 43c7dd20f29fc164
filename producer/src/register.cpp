// SPDX-License-Identifier: Apache-2.0
// Registration of series: cold, under the producer's mutex. An entry is written
// whole and then counted, so that the sidecar never sees half of one.
#include <sstream>
#include <string_view>

#include "state.hpp"

namespace outrider::detail {
namespace {

/// The default `le` of a histogram, in base units.
std::vector<double> default_bounds(shm::SeriesUnit unit) {
  const bool time = unit != shm::SeriesUnit::count;
  // Written out, because 2.5 times a power of ten is not always the number that
  // a reader of the exposition expects to see.
  if (time) {
    return {1e-6, 2.5e-6, 5e-6,   1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3,
            5e-3, 1e-2,   2.5e-2, 5e-2, 0.1,    0.25, 0.5,  1,      2.5,  5,    10};
  }
  return {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6};
}

std::vector<std::uint64_t> in_units(const std::vector<double>& bounds, double scale) {
  std::vector<std::uint64_t> units;
  for (const double bound : bounds) units.push_back(shm::bound_in_units(bound, scale));
  return units;
}

std::string_view to_string(shm::SeriesKind kind) {
  switch (kind) {
    case shm::SeriesKind::counter:
      return "counter";
    case shm::SeriesKind::up_down:
      return "up-down counter";
    case shm::SeriesKind::gauge_f64:
      return "gauge";
    case shm::SeriesKind::gauge_i64:
      return "integer gauge";
    case shm::SeriesKind::histogram:
      return "histogram";
    case shm::SeriesKind::gate:
      return "gate";
  }
  return "unknown kind";
}

/// Kind, unit, precision and bounds, for people.
std::string shape_text(const shm::SeriesInfo& info) {
  std::ostringstream text;
  text << to_string(info.kind);
  if (info.kind != shm::SeriesKind::histogram) return text.str();
  if (info.unit == shm::SeriesUnit::ticks) {
    text << " of ticks";
  } else {
    text << " of " << info.scale;
  }
  text << " with " << info.significant_figures << " figures and bounds";
  for (const double bound : info.bounds) text << ' ' << bound;
  return text.str();
}

/// The field of the geometry that makes room for a kind.
const char* field_of(shm::SeriesKind kind) {
  switch (kind) {
    case shm::SeriesKind::counter:
    case shm::SeriesKind::up_down:
      return "cells";
    case shm::SeriesKind::gauge_f64:
    case shm::SeriesKind::gauge_i64:
      return "gauges";
    case shm::SeriesKind::histogram:
      return "histograms";
    case shm::SeriesKind::gate:
      return "gates";
  }
  return "series";
}

std::string no_room(const std::string& name, std::uint64_t room, const char* of,
                    const char* field) {
  return name + ": found the segment full; needed room for more than " + std::to_string(room) +
         " " + of + "; raise ProducerOptions::geometry." + field + ", or use fewer labels";
}

}  // namespace

std::uint32_t& ProducerState::next_slot(shm::SeriesKind kind) {
  if (kind == shm::SeriesKind::up_down) kind = shm::SeriesKind::counter;
  if (kind == shm::SeriesKind::gauge_i64) kind = shm::SeriesKind::gauge_f64;
  return slots_used_[static_cast<std::uint32_t>(kind)];
}

Registered* ProducerState::refuse(const std::string& why) {
  last_refusal_ = why;
  // relaxed: a count of its own; one mutex holds all its writers.
  telemetry_->state().refused.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

Registered* ProducerState::find_or_register(shm::SeriesInfo&& info) {
  if (info.kind == shm::SeriesKind::histogram && info.bounds.empty())
    info.bounds = default_bounds(info.unit);
  if (const std::string why = shm::refusal_of(info); !why.empty())
    return refuse("series " + shm::shown(info.text()) + ": " + why);
  const std::string text = info.text();
  const std::string name = "series " + shm::shown(text);
  if (const auto known = series_.find(text); known != series_.end()) {
    if (known->second->info.same_shape(info)) return known->second.get();
    return refuse(name + ": found it registered as " + shape_text(known->second->info) +
                  ", now asked for as " + shape_text(info) + "; needed one shape; rename one");
  }
  std::uint32_t& slot = next_slot(info.kind);
  const auto number = static_cast<std::uint32_t>(series_.size());
  if (number >= geometry_.series) {
    return refuse(no_room(name, geometry_.series, "series in all", "series"));
  }
  if (slot >= shm::slots_of(geometry_, info.kind)) {
    return refuse(no_room(name, shm::slots_of(geometry_, info.kind), "series of its kind",
                          field_of(info.kind)));
  }
  info.slot = slot;
  if (!shm::write_series(telemetry_->series(), number, info, text_used_)) {
    return refuse(no_room(name, geometry_.string_bytes, "bytes of text", "string_bytes"));
  }
  ++slot;
  auto series = std::make_unique<Registered>();
  series->number = number;
  if (info.kind == shm::SeriesKind::histogram) series->bounds = in_units(info.bounds, info.scale);
  series->info = std::move(info);
  telemetry_->publish_series(number + 1);
  return (series_[text] = std::move(series)).get();
}

Cell ProducerState::cell(std::uint32_t lane, shm::SeriesInfo info) noexcept {
  const std::lock_guard guard{mutex_};
  const Registered* series = find_or_register(std::move(info));
  if (series == nullptr) return null_cell();
  const WriterGuard& owner = lanes_[lane].guard;
  // relaxed: this thread claimed the lane.
  return {telemetry_->lane(lane).cells[series->info.slot], is_shared(lane), owner,
          owner.claim.load(std::memory_order_relaxed)};
}

std::atomic<std::uint64_t>& ProducerState::gauge(shm::SeriesInfo info) noexcept {
  const std::lock_guard guard{mutex_};
  const Registered* series = find_or_register(std::move(info));
  return series == nullptr ? null_word() : telemetry_->gauge(series->info.slot);
}

Gate ProducerState::gate(shm::SeriesInfo info) noexcept {
  const std::lock_guard guard{mutex_};
  const Registered* series = find_or_register(std::move(info));
  if (series == nullptr) return Gate{};
  return {window_.view().gate(series->info.slot), telemetry_->ack(series->info.slot)};
}

shm::HistogramCells* ProducerState::histogram_cells(Lane& lane, std::uint32_t lane_number,
                                                    const Registered& series) {
  auto& cells = lane.histograms[series.info.slot];
  if (cells != nullptr) return cells.get();
  const shm::BucketLayout buckets{series.info.significant_figures};
  const std::uint64_t bytes = shm::spill_bytes(series.bounds.size(), buckets.count());
  if (bytes > geometry_.spill_bytes - spill_used_) {
    refuse("series " + shm::shown(series.info.text()) + ": found " +
           std::to_string(geometry_.spill_bytes - spill_used_) + " bytes of spill left; needed " +
           std::to_string(bytes) +
           " for its spill histogram in this thread's lane; raise "
           "ProducerOptions::geometry.spill_bytes");
    return nullptr;
  }
  const std::uint64_t offset = telemetry_->layout().spill + spill_used_;
  spill_used_ += bytes;

  cells = std::make_unique<shm::HistogramCells>();
  cells->series_bits = std::uint64_t{series.number} << shm::sample_value_bits;
  cells->in_ticks = series.info.unit == shm::SeriesUnit::ticks;
  cells->buckets = buckets;
  cells->clock = clock_;
  cells->set_bounds(series.bounds);
  cells->spill = *telemetry_->spill(offset, series.bounds.size(), buckets.count());
  // sync(spill-block): release, pairs with the drain's sweep. The offset leads to
  // cells that begin at zero.
  telemetry_->lane(lane_number).spills[series.info.slot].store(offset, std::memory_order_release);
  return cells.get();
}

Histogram ProducerState::histogram(std::uint32_t lane_number, shm::SeriesInfo info) noexcept {
  const std::lock_guard guard{mutex_};
  const Registered* series = find_or_register(std::move(info));
  if (series == nullptr) return Histogram{};
  Lane& lane = lanes_[lane_number];
  const shm::HistogramCells* cells = histogram_cells(lane, lane_number, *series);
  if (cells == nullptr) return Histogram{};
  // relaxed: this thread claimed the lane.
  return {lane.writer, *cells, lane.guard, lane.guard.claim.load(std::memory_order_relaxed)};
}

std::string ProducerState::last_refusal() const {
  const std::lock_guard guard{mutex_};
  return last_refusal_;
}

}  // namespace outrider::detail
