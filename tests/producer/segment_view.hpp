// SPDX-License-Identifier: Apache-2.0
// What a producer wrote, seen from outside: its file attached as the sidecar
// attaches it, and a directory and options for tests of a few KiB.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <optional>
#include <string>

#include "outrider/producer.hpp"
#include "outrider/shm/control.hpp"
#include "outrider/shm/telemetry.hpp"
#include "shm/segment_directory.hpp"

namespace outrider::test {

inline shm::Geometry small_geometry() {
  shm::Geometry geometry;
  geometry.lanes = 2;
  geometry.ring_capacity = 8;
  geometry.series = 16;
  geometry.cells = 4;
  geometry.gauges = 4;
  geometry.histograms = 2;
  geometry.gates = 2;
  geometry.string_bytes = 4096;
  geometry.spill_bytes = 256 << 10;
  return geometry;
}

inline ProducerOptions small_options(const std::string& directory) {
  return {.name = "oms",
          .directory = directory,
          .housekeeping = Housekeeping::manual,
          .geometry = small_geometry()};
}

class SegmentView {
 public:
  explicit SegmentView(const std::string& directory, std::uint64_t generation = 1,
                       const std::string& name = "oms") {
    std::string why;
    const auto result =
        shm::attach_telemetry(shm::telemetry_path(directory, name, generation), attached_, why);
    EXPECT_EQ(result, shm::AttachResult::attached) << why;
  }

  [[nodiscard]] shm::TelemetryView view() const { return attached_.view(); }
  [[nodiscard]] std::uint64_t series_count() const { return view().series_published(); }
  [[nodiscard]] std::uint64_t refused() const { return view().state().refused; }

  /// A series by name{label="value"}.
  [[nodiscard]] std::optional<shm::SeriesInfo> find(const std::string& text) const {
    for (std::uint32_t number = 0; number < series_count(); ++number) {
      const auto info = shm::read_series(view().series(), number);
      if (info && info->text() == text) return info;
    }
    return std::nullopt;
  }

  /// Sum of a counter over all lanes.
  [[nodiscard]] std::uint64_t counter(const std::string& text) const {
    const auto info = find(text);
    std::uint64_t sum = 0;
    for (std::uint32_t lane = 0; info && lane <= view().geometry().lanes; ++lane) {
      sum += view().lane(lane).cells[info->slot];
    }
    return sum;
  }
  template <class Value>
  [[nodiscard]] Value gauge(const std::string& text) const {
    const auto info = find(text);
    return info ? std::bit_cast<Value>(view().gauge(info->slot).load()) : Value{};
  }

  /// Samples that completed calls recorded, in rings and in spill.
  [[nodiscard]] std::uint64_t pushed() const {
    std::uint64_t sum = 0;
    for (std::uint32_t lane = 0; lane <= view().geometry().lanes; ++lane) {
      sum += view().lane(lane).header->head;
    }
    return sum;
  }
  [[nodiscard]] std::uint64_t spilled() const {
    std::uint64_t sum = 0;
    for (std::uint32_t lane = 0; lane <= view().geometry().lanes; ++lane) {
      sum += view().lane(lane).header->spilled;
    }
    return sum;
  }

 private:
  shm::AttachedTelemetry attached_;
};

}  // namespace outrider::test
