// SPDX-License-Identifier: Apache-2.0
// The samples of all producers as they come, and what there is to say about those that
// could not be shown. Nothing is taken out of a ring.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/segment_reading.hpp"
#include "promql/matcher.hpp"

namespace outrider::cli {

struct TailedSample {
  std::string producer;
  std::uint64_t generation = 0;
  std::string lane;  ///< the name of its first writer
  shm::SeriesInfo series;
  SampleReading sample;
};

/// What happened beside the samples.
struct TailNotice {
  std::string producer;
  std::string event;          ///< began, ended, missed, spilled, damaged
  std::uint64_t samples = 0;  ///< missed, spilled
  std::string text;           ///< a sentence
};

struct TailLook {
  std::vector<TailedSample> samples;  ///< by their stamps
  std::vector<TailNotice> notices;
  bool hurries = false;  ///< a ring fills so fast that the next look must be soon
};

class TailWatch {
 public:
  /// Only series that `matchers` select, by name, labels and the label `producer`. Of
  /// generations that are there already, samples from now on.
  TailWatch(std::string directory, std::vector<promql::LabelMatcher> matchers);

  /// Whatever came since the look before.
  TailLook look();

  /// Takes up generations that have begun, and lets go of traders that have ended.
  void look_for_producers(TailLook& look);

  [[nodiscard]] bool is_empty() const { return followed_.empty(); }

 private:
  struct Followed {
    Opened opened;
    std::vector<std::uint64_t> next;  ///< by lane: the number of the next sample
    std::uint64_t spilled = 0;
    std::vector<SeriesReading> series;
    std::vector<bool> wanted;  ///< by number of the series
  };

  void begin(const SegmentFiles& files, bool from_now, TailLook& look);
  void read_table(Followed& followed) const;
  void read_lane(Followed& followed, std::uint32_t lane, TailLook& look) const;
  bool read(Followed& followed, TailLook& look) const;

  std::string directory_;
  std::vector<promql::LabelMatcher> matchers_;
  bool first_ = true;
  std::map<std::string, Followed> followed_;
  std::map<std::string, std::uint64_t> seen_;  ///< the newest generation, read or not
};

}  // namespace outrider::cli
