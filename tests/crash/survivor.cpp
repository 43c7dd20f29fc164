// SPDX-License-Identifier: Apache-2.0
#include "crash/survivor.hpp"

#include "crash/recovery.hpp"
#include "outrider/shm/control.hpp"
#include "outrider/shm/ring.hpp"

namespace outrider::crash {
namespace {

/// The series of the script as the segment's table has them.
struct Numbers {
  std::array<std::uint32_t, 2> counter_slots{};
  std::uint32_t histogram = 0;
  std::uint32_t histogram_slot = 0;
};

Numbers numbers_of(const shm::TelemetryView& view) {
  Numbers numbers;
  for (std::uint32_t i = 0; i < view.series_published(); ++i) {
    const auto info = shm::read_series(view.series(), i);
    if (!info) continue;
    for (std::size_t k = 0; k < counter_names.size(); ++k) {
      if (info->name == counter_names[k]) numbers.counter_slots[k] = info->slot;
    }
    if (info->name != histogram_name) continue;
    numbers.histogram = i;
    numbers.histogram_slot = info->slot;
  }
  return numbers;
}

/// Generation 1 as its trader has it mapped.
struct TraderSide {
  shm::AttachedTelemetry attached;
  shm::Mapping telemetry;
  shm::Mapping control;

  bool open(const std::string& directory) {
    const std::string path = shm::telemetry_path(directory, producer_name, 1);
    std::string why;
    if (shm::attach_telemetry(path, attached, why) != shm::AttachResult::attached) return false;
    shm::FileCheck check;
    shm::FileError error;
    const auto file = shm::open_checked(path, shm::Access::read_write, check, error);
    telemetry = shm::Mapping::of_file(file, shm::Access::read_write, check.size, error);
    control = shm::open_control(shm::control_path(directory, producer_name, 1),
                                shm::Access::read_only, {attached.header.geometry, 1}, error);
    return telemetry && control;
  }
};

}  // namespace

std::uint64_t go_on_recording(const std::string& directory, std::uint64_t seed, std::uint64_t from,
                              std::uint64_t samples) {
  TraderSide side;
  if (!side.open(directory)) return 0;
  const shm::Geometry& geometry = side.attached.header.geometry;
  const shm::Telemetry telemetry{
      {side.telemetry.data(), static_cast<std::size_t>(side.telemetry.size())}, geometry};
  const shm::ControlView control{
      {side.control.data(), static_cast<std::size_t>(side.control.size())},
      geometry.lanes + 1,
      geometry.gates};
  const Numbers numbers = numbers_of(side.attached.view());
  const auto lane = telemetry.lane(0);
  shm::HistogramCells cells;
  cells.series_bits = std::uint64_t{numbers.histogram} << shm::sample_value_bits;
  cells.in_ticks = false;
  cells.set_bounds(histogram_bounds);
  // relaxed, all: one process and one thread.
  cells.spill =
      *telemetry.spill(lane.spills[numbers.histogram_slot].load(std::memory_order_relaxed),
                       histogram_bounds.size(), cells.buckets.count());
  shm::RingWriter writer;
  writer.open(lane, control.position(0), false);
  std::uint64_t at = from;
  for (std::uint64_t recorded = 0; recorded < samples; ++at) {
    const Call call = call_at(seed, at);
    if (call.is_sample) {
      writer.push(call.n, Ticks::from_raw(at + 1), cells);
      ++recorded;
    } else {
      lane.cells[numbers.counter_slots[call.counter]].fetch_add(
          call.n, std::memory_order_relaxed);  // relaxed: as above
    }
  }
  return at - from;
}

}  // namespace outrider::crash
