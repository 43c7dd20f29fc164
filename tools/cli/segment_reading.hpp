// SPDX-License-Identifier: Apache-2.0
// All that a generation's files hold, in private memory: every series with its value,
// the samples that nobody has taken yet, what was spilled, and the sums of the law.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/opened.hpp"
#include "outrider/shm/hdr.hpp"
#include "outrider/shm/series.hpp"

namespace outrider::cli {

/// How often each bucket of a histogram was hit.
struct Distribution {
  shm::BucketLayout layout{2};
  std::map<std::uint32_t, std::uint64_t> buckets;
  std::uint64_t count = 0;

  void add(std::uint32_t bucket, std::uint64_t times);
  /// Kept units; nothing while there are too few samples for it.
  [[nodiscard]] std::optional<std::uint64_t> quantile(double quantile) const;
  /// Upper end of the highest bucket; nothing when there are none.
  [[nodiscard]] std::optional<std::uint64_t> maximum() const;
};

struct SeriesReading {
  shm::SeriesInfo info;
  std::variant<std::monostate, std::uint64_t, std::int64_t, double> value;
  Distribution in_ring;  ///< histograms
  Distribution spilled;
  double spilled_sum = 0;  ///< base units
};

/// A sample that is in a ring still.
struct SampleReading {
  std::uint32_t lane = 0;
  std::uint32_t series = 0;    ///< number in the table
  std::uint64_t value = 0;     ///< kept units
  std::uint64_t stamp_ns = 0;  ///< CLOCK_MONOTONIC
};

/// recorded = taken + in the rings + spilled; what sidecars have taken they have drained,
/// or counted as lost. Nothing: the control file is not there to say.
struct LawReading {
  std::uint64_t recorded = 0;
  std::uint64_t spilled = 0;
  std::optional<std::uint64_t> taken;
  std::optional<std::uint64_t> in_ring;
  std::uint32_t impossible_lanes = 0;  ///< of which only `recorded` is told
  std::uint64_t clipped = 0;
  std::uint64_t anomalies = 0;
  std::uint64_t refused = 0;  ///< registrations
};

struct SegmentReading {
  LawReading law;
  std::vector<SeriesReading> series;   ///< by number in the table
  std::vector<SampleReading> samples;  ///< by lane, the oldest of each first
  std::vector<std::string> problems;   ///< what was not believed, a sentence each
};

/// The sums alone: what changes from look to look.
LawReading read_law(const Opened& opened);

/// Every series and the values of those that are one number.
std::vector<SeriesReading> read_series_values(const Opened& opened,
                                              std::vector<std::string>& problems);

SegmentReading read_segment(const Opened& opened);

/// What a sample says, of one of `series`; nothing when it is of none of them.
std::optional<SampleReading> decode(const Opened& opened, const std::vector<SeriesReading>& series,
                                    const shm::Sample& sample);

}  // namespace outrider::cli
