// SPDX-License-Identifier: Apache-2.0
// A telemetry segment: the trader creates it, others attach to it read-only.
// Views compute addresses from the geometry alone, which was checked once;
// nothing read from the segment later ever becomes an address unchecked.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <type_traits>

#include "outrider/shm/file.hpp"
#include "outrider/shm/layout.hpp"
#include "outrider/shm/series.hpp"

namespace outrider::shm {

/// A spill histogram: how often each bucket was hit, and below each bound that
/// cuts a bucket, how often that bucket was hit at or below the bound.
template <class Byte>
struct BasicSpill {
  template <class T>
  using As = std::conditional_t<std::is_const_v<Byte>, const T, T>;
  As<SpillHeader>* header;
  std::span<As<std::atomic<std::uint64_t>>> cuts;  ///< one for each registered bound
  std::span<As<std::atomic<std::uint64_t>>> buckets;
};

/// Bytes of a spill histogram.
constexpr std::uint64_t spill_bytes(std::size_t bounds, std::size_t buckets) noexcept {
  const std::uint64_t bytes = sizeof(SpillHeader) + (bounds + buckets) * 8;
  return (bytes + false_sharing_range - 1) / false_sharing_range * false_sharing_range;
}

template <class Byte>
class BasicTelemetry {
 public:
  template <class T>
  using As = std::conditional_t<std::is_const_v<Byte>, const T, T>;
  using Word = As<std::atomic<std::uint64_t>>;

  struct Lane {
    As<LaneHeader>* header;
    std::span<Word> spills;  ///< by histogram slot: offset of its spill; 0: none yet
    std::span<Word> cells;
    std::span<As<Sample>> ring;
  };

  /// `bytes` is at least TelemetryLayout{geometry}.total long.
  BasicTelemetry(std::span<Byte> bytes, const Geometry& geometry) noexcept
      : bytes_{bytes}, geometry_{geometry}, layout_{geometry} {}

  [[nodiscard]] const Geometry& geometry() const noexcept { return geometry_; }
  [[nodiscard]] std::span<Byte> bytes() const noexcept { return bytes_; }
  [[nodiscard]] As<TelemetryHeader>& header() const noexcept { return *at<TelemetryHeader>(0); }
  [[nodiscard]] As<TelemetryState>& state() const noexcept {
    return *at<TelemetryState>(layout_.state);
  }

  [[nodiscard]] SeriesTable<Byte> series() const noexcept {
    return {bytes_.subspan(layout_.series, geometry_.series * sizeof(SeriesEntry)),
            bytes_.subspan(layout_.strings, geometry_.string_bytes)};
  }

  /// `slot` < geometry.gauges. The bits of a double or of a signed integer.
  [[nodiscard]] Word& gauge(std::uint32_t slot) const noexcept {
    return *at<std::atomic<std::uint64_t>>(layout_.gauges + slot * gauge_stride);
  }

  /// `slot` < geometry.gates.
  [[nodiscard]] As<GateAck>& ack(std::uint32_t slot) const noexcept {
    return at<GateAck>(layout_.acks)[slot];
  }

  /// `number` <= geometry.lanes; the last one is the shared lane.
  [[nodiscard]] Lane lane(std::uint32_t number) const noexcept {
    const std::uint64_t begin = layout_.lanes + number * layout_.lane_stride;
    return {at<LaneHeader>(begin),
            {at<std::atomic<std::uint64_t>>(begin + layout_.lane_spills), geometry_.histograms},
            {at<std::atomic<std::uint64_t>>(begin + layout_.lane_cells), geometry_.cells},
            {at<Sample>(begin + layout_.lane_ring), geometry_.ring_capacity}};
  }

  /// The spill histogram at an offset that a lane names; nothing when the offset
  /// does not lead into the spill area.
  [[nodiscard]] std::optional<BasicSpill<Byte>> spill(std::uint64_t offset, std::size_t bounds,
                                                      std::size_t buckets) const noexcept {
    const std::uint64_t bytes = spill_bytes(bounds, buckets);
    if (offset < layout_.spill || offset % 8 != 0 || offset > layout_.total ||
        bytes > layout_.total - offset) {
      return std::nullopt;
    }
    auto* words = at<std::atomic<std::uint64_t>>(offset + sizeof(SpillHeader));
    return BasicSpill<Byte>{at<SpillHeader>(offset), {words, bounds}, {words + bounds, buckets}};
  }

  [[nodiscard]] const TelemetryLayout& layout() const noexcept { return layout_; }

  /// Entries of the series table that are whole; they never change again.
  [[nodiscard]] std::uint64_t series_published() const noexcept {
    // sync(series): acquire, pairs with publish_series. The entries below the
    // count, and their text, are as they were written.
    return state().series_count.load(std::memory_order_acquire);
  }
  void publish_series(std::uint64_t count) const noexcept requires(!std::is_const_v<Byte>) {
    // sync(series): release, pairs with series_published. The entries are whole
    // before they count.
    state().series_count.store(count, std::memory_order_release);
  }

  /// Lanes that have been claimed at least once; each has its name.
  [[nodiscard]] std::uint64_t lanes_published() const noexcept {
    // sync(lane-claim): acquire, pairs with publish_lanes.
    return state().lanes_used.load(std::memory_order_acquire);
  }
  void publish_lanes(std::uint64_t count) const noexcept requires(!std::is_const_v<Byte>) {
    // sync(lane-claim): release, pairs with lanes_published. A lane's name is
    // whole before the lane counts.
    state().lanes_used.store(count, std::memory_order_release);
  }

 private:
  template <class T>
  [[nodiscard]] As<T>* at(std::uint64_t offset) const noexcept {
    return reinterpret_cast<As<T>*>(bytes_.data() + offset);
  }

  std::span<Byte> bytes_;
  Geometry geometry_;
  TelemetryLayout layout_;
};

using Telemetry = BasicTelemetry<std::byte>;            ///< the trader's
using TelemetryView = BasicTelemetry<const std::byte>;  ///< everybody else's

/// Who writes a segment, as its header tells it.
struct TelemetryIdentity {
  std::string name;
  std::string instance;
  std::string version;
  std::uint64_t generation = 0;
};

/// Formats `bytes`, all zero, as an empty segment of this process; magic last.
void format_telemetry(std::span<std::byte> bytes, const Geometry& geometry, const TickClock& clock,
                      const TelemetryIdentity& identity);

/// Why a segment could not be read. The first two after `attached` are a trader
/// that has not finished starting, and the caller tries again; the rest are errors.
enum class AttachResult {
  attached,
  absent,           ///< no such segment yet
  not_ready,        ///< created, but the magic is not written yet
  layout_mismatch,  ///< a version, feature bit or byte order this build does not read
  refused_owner,    ///< not the expected owner, kind or mode of file
  corrupt,          ///< header damaged, or a size points outside the file
};

std::string_view to_string(AttachResult result) noexcept;

struct AttachedTelemetry {
  TelemetryHeader header{};  ///< a private copy, checked
  Mapping mapping;           ///< read-only
  FileCheck file;

  [[nodiscard]] TelemetryView view() const noexcept {
    return {{mapping.data(), mapping.size()}, header.geometry};
  }
};

/// Checks a private copy of a header against the size of its file.
AttachResult check_header(const TelemetryHeader& header, std::uint64_t file_bytes,
                          std::string& why);

/// Opens, checks and maps the segment at `path`; `why` says what was found and
/// what was needed when it cannot.
AttachResult attach_telemetry(const std::string& path, AttachedTelemetry& out, std::string& why);

}  // namespace outrider::shm
