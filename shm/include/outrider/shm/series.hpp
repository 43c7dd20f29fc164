// SPDX-License-Identifier: Apache-2.0
// The series table: what each number in a segment is called, measured in and
// labelled with. Append-only; an entry below `series_count` never changes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outrider/shm/layout.hpp"

namespace outrider::shm {

enum class SeriesKind : std::uint32_t {
  counter = 1,
  up_down = 2,
  gauge_f64 = 3,
  gauge_i64 = 4,
  histogram = 5,
  gate = 6,
};

enum class SeriesUnit : std::uint32_t {
  none = 0,   ///< counters, gauges, gates
  ticks = 1,  ///< recorded in ticks, kept in nanoseconds
  nanoseconds = 2,
  count = 3,  ///< `scale` base units each
};

/// A line of the table in private memory.
struct SeriesInfo {
  SeriesKind kind = SeriesKind::counter;
  SeriesUnit unit = SeriesUnit::none;
  double scale = 1;        ///< base units in one kept unit: 1e-9 for times
  std::uint32_t slot = 0;  ///< number within its kind
  int significant_figures = 2;
  std::string name;
  std::string help;
  std::vector<std::pair<std::string, std::string>> labels;  ///< sorted by name
  std::vector<double> bounds;  ///< a histogram's `le` in base units, ascending

  /// Same name and labels: the same series, whatever else it says.
  [[nodiscard]] bool same_series(const SeriesInfo& other) const {
    return name == other.name && labels == other.labels;
  }
  /// Agree in all that a reader of the values must know.
  [[nodiscard]] bool same_shape(const SeriesInfo& other) const {
    return kind == other.kind && unit == other.unit && scale == other.scale &&
           significant_figures == other.significant_figures && bounds == other.bounds;
  }
  /// name{label="value"}, escaped: no two series have the same.
  [[nodiscard]] std::string text() const;
};

inline constexpr std::size_t max_labels = 32;
inline constexpr std::size_t max_bounds = 64;
inline constexpr std::size_t max_text_bytes = 1024;  ///< of a name, a help, a label value

/// Why a series cannot be registered, by Prometheus' rules and ours; empty when it can.
std::string refusal_of(const SeriesInfo& info);

bool is_utf8(std::string_view text) noexcept;

/// How many slots each kind has: where `slot` must stay below.
std::uint32_t slots_of(const Geometry& geometry, SeriesKind kind) noexcept;

/// A bound of a histogram as the largest whole kept unit that does not exceed it.
/// A bound within 1e-9 of a whole unit is that unit: 0.005 s is 5000000 ns.
std::uint64_t bound_in_units(double bound, double scale) noexcept;

/// Bytes of a series table: entries, and the text and bounds that they point into.
template <class Byte>
struct SeriesTable {
  std::span<Byte> entries;
  std::span<Byte> text;
};

/// Reads entry `number` with nothing taken on trust; nothing when it is broken.
/// The caller has read the count of entries with acquire and stays below it, and
/// checks the slot against what it has room for.
std::optional<SeriesInfo> read_series(const SeriesTable<const std::byte>& table,
                                      std::uint32_t number);

/// Writes entry `number` and its text at `text_used`, which it moves on; false
/// when either does not fit. Publishing it is the caller's.
bool write_series(const SeriesTable<std::byte>& table, std::uint32_t number, const SeriesInfo& info,
                  std::uint32_t& text_used);

}  // namespace outrider::shm
