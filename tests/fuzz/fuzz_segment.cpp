// SPDX-License-Identifier: Apache-2.0
// A hostile trader: its segment, changed before it is attached and again between
// the steps of the sidecar, by lists of patches (patches.hpp) or as raw bytes.
//
//   byte 0   bit 0: the rest is the whole file; bit 1: leave the checksum as the
//            patches made it; bit 2: leave the file's size, whatever its geometry;
//            bits 3-5: at this moment the file is cut short (0: never); bits 6-7:
//            to nothing, a page, two pages or its half
//   then     patches; their moment is that of Moment below
#include <algorithm>
#include <atomic>
#include <thread>

#include "fuzz/drain_run.hpp"
#include "fuzz/patches.hpp"
#include "fuzz/segment_home.hpp"
#include "outrider/shm/crc32c.hpp"

namespace outrider::fuzz {
namespace {

enum Moment : unsigned {
  at_rest,  ///< before anybody looks
  when_attached,
  when_bound,
  between_batches,
  before_sweep,
  before_binding_anew,
  before_retiring,
  all_the_time,  ///< by another thread, to and fro: what is read twice is read differently
  moments,
};

/// Larger files are left out: filling them would be most of the work.
constexpr std::uint64_t most_bytes = 8 << 20;

/// Areas in the order of the patches' numbers, by the layout that the sidecar
/// will use: of the header as it is now.
Area area_of(unsigned number, const shm::Geometry& geometry) {
  const shm::TelemetryLayout at{geometry};
  const auto lane = [&](unsigned which, std::uint64_t from, std::uint64_t to) {
    return Area{at.lanes + which * at.lane_stride + from, to - from};
  };
  switch (number) {
    case 0:
      return {0, sizeof(shm::TelemetryHeader)};
    case 1:
      return {offsetof(shm::TelemetryHeader, geometry), sizeof(shm::Geometry)};
    case 2:
      return {at.state, sizeof(shm::TelemetryState)};
    case 3:
      return {at.series, geometry.series * sizeof(shm::SeriesEntry)};
    case 4:
      return {at.strings, geometry.string_bytes};
    case 5:
      return {at.gauges, at.lanes - at.gauges};
    case 6:
    case 7:
    case 8:
      return lane(number - 6, 0, at.lane_spills);
    case 9:
    case 10:
      return lane(number - 9, at.lane_spills, at.lane_ring);
    case 11:
    case 12:
      return lane(number - 11, at.lane_ring, at.lane_stride);
    case 13:
      return {at.spill, geometry.spill_bytes};
    case 14:
      return {at.spill, sizeof(shm::SpillHeader) + 64 * 8};
    default:
      return {0, at.total};
  }
}

class Run {
 public:
  Run(SegmentHome& home, Bytes input) : home_{home}, flags_{input[0]} {
    if ((flags_ & 1U) != 0) {
      write_raw(input.subspan(1));
    } else {
      patches_ = patches_of(input.subspan(1));
      write_patched();
    }
  }

  void sidecar_comes() {
    home_.forget_control();
    home_.forget_totals();
    Sidecar sidecar{home_.directory()};
    require(sidecar.start(), "a checkpoint can be made");
    const Scribbler scribbler{*this};
    if (!sidecar.attach()) return;
    change(when_attached);
    sidecar.bind();
    change(when_bound);
    sidecar.take_all();
    expect_the_law(sidecar.totals());
    change(between_batches);
    sidecar.take_all();
    change(before_sweep);
    sidecar.sweep();
    sidecar.show();
    change(before_binding_anew);
    if (!sidecar.is_complete()) sidecar.bind();
    sidecar.take_all();
    sidecar.sweep();
    change(before_retiring);
    sidecar.retire();
    sidecar.show();
    expect_the_law(sidecar.totals());
  }

  /// No trader, whatever it writes, may cost the sidecar its own memory.
  void sidecar_comes_again() {
    Sidecar sidecar{home_.directory(), Sidecar::Keeps::nothing};
    require(sidecar.start() && !sidecar.found_damage(), "no trader can damage the checkpoint");
    if (!sidecar.attach()) return;
    sidecar.bind();
    sidecar.take_all();
    expect_the_law(sidecar.totals());
  }

 private:
  /// Changes words to and fro for as long as it lives; a file that is to be cut
  /// all the time is cut once, at any moment.
  class Scribbler {
   public:
    explicit Scribbler(const Run& run) {
      const bool cuts = run.cut_moment() == all_the_time;
      // Our own mapping is not watched: who cuts, writes no more.
      if (!cuts && (run.cut_moment() != at_rest || !run.has_changes(all_the_time))) return;
      thread_ = std::thread{[this, &run, cuts] {
        if (cuts) return run.cut();
        // relaxed: a wish, nothing hangs on it.
        while (!stop_.load(std::memory_order_relaxed)) {
          run.change(all_the_time);
          run.restore(all_the_time);
        }
      }};
    }
    Scribbler(const Scribbler&) = delete;
    Scribbler& operator=(const Scribbler&) = delete;
    ~Scribbler() {
      stop_.store(true, std::memory_order_relaxed);  // relaxed: see above
      if (thread_.joinable()) thread_.join();
    }

   private:
    std::atomic<bool> stop_{false};
    std::thread thread_;
  };

  void write_raw(Bytes bytes) {
    file_ = home_.open_telemetry(bytes.size());
    if (!bytes.empty()) std::memcpy(file_.data(), bytes.data(), file_.size());
  }

  void write_patched() {
    std::vector<std::byte> head{home_.image().begin(), home_.image().begin() + 4096};
    for (const Patch& patch : patches_) {
      if (patch.moment() % moments == at_rest && patch.area() < 2) {
        apply(patch, area_of(patch.area(), geometry_), head);
      }
    }
    shm::TelemetryHeader header;
    std::memcpy(&header, head.data(), sizeof header);
    std::uint64_t bytes = home_.image().size();
    const bool fits = shm::refusal_of(header.geometry).empty() &&
                      shm::TelemetryLayout{header.geometry}.total <= most_bytes;
    if (fits && (flags_ & 4U) == 0) {
      geometry_ = header.geometry;
      bytes = header.total_bytes = shm::TelemetryLayout{geometry_}.total;
    }
    if ((flags_ & 2U) == 0) {
      header.header_crc = 0;
      header.header_crc = shm::crc32c(&header, sizeof header);
    }
    file_ = home_.open_telemetry(bytes);
    left_ = file_.size();
    std::memcpy(file_.data(), home_.image().data(), std::min(file_.size(), home_.image().size()));
    std::memcpy(file_.data(), &header, sizeof header);
    for (const Patch& patch : patches_) {
      if (patch.moment() % moments == at_rest && patch.area() >= 2) {
        apply(patch, area_of(patch.area(), geometry_), file_);
      }
    }
  }

  [[nodiscard]] bool has_changes(Moment moment) const {
    return std::any_of(patches_.begin(), patches_.end(),
                       [&](const Patch& each) { return each.moment() % moments == moment; });
  }
  [[nodiscard]] unsigned cut_moment() const { return flags_ >> 3U & 7U; }

  void change(Moment moment) const {
    // A file that is cut by the other thread is not ours to write meanwhile.
    if (cut_moment() == all_the_time && moment != at_rest) return;
    for (const Patch& patch : patches_) {
      if (patch.moment() % moments == moment)
        apply(patch, area_of(patch.area(), geometry_), file_.first(left_));
    }
    if (moment != at_rest && moment == cut_moment()) cut();
  }
  void cut() const {
    const std::uint64_t wanted[] = {0, 4096, 8192, file_.size() / 2};
    left_ = std::min<std::size_t>(left_, wanted[flags_ >> 6U] / 4096 * 4096);
    home_.cut_telemetry(left_);
  }
  void restore(Moment moment) const {
    for (const Patch& patch : patches_) {
      if (patch.moment() % moments != moment) continue;
      const Target target = target_of(patch, area_of(patch.area(), geometry_));
      // Of another geometry, the file may be shorter than the image, or longer.
      const std::uint64_t end = target.offset + target.width;
      if (target.width == 0 || end > std::min(file_.size(), home_.image().size())) continue;
      std::memcpy(file_.data() + target.offset, home_.image().data() + target.offset, target.width);
    }
  }

  /// Whatever somebody writes, as 64-bit words have it.
  static void expect_the_law(const drain::Totals& totals) {
    std::uint64_t sum = totals.drained + totals.spilled + totals.in_ring;
    for (const std::uint64_t lost : totals.lost) sum += lost;
    require(totals.recorded == sum, "recorded = drained + spilled + in the ring + lost");
  }

  SegmentHome& home_;
  unsigned flags_;
  std::vector<Patch> patches_;
  shm::Geometry geometry_ = geometry_of(home_.image());
  std::span<std::byte> file_;
  mutable std::size_t left_ = 0;  ///< bytes of it that are still there

  static shm::Geometry geometry_of(std::span<const std::byte> image) {
    shm::Geometry geometry;
    std::memcpy(&geometry, image.data() + offsetof(shm::TelemetryHeader, geometry),
                sizeof geometry);
    return geometry;
  }
};

}  // namespace

void run_one(Bytes input) {
  static SegmentHome home;
  if (input.empty()) return;
  Run run{home, input};
  run.sidecar_comes();
  run.sidecar_comes_again();
}

}  // namespace outrider::fuzz
