// SPDX-License-Identifier: Apache-2.0
// Makes a recording when gates were closed. First what would be gone in a moment, the
// samples in the rings; then those that trip in the same breath are waited for, and the
// series are written. One thread, which may wait for a disk; nobody waits for it.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "flight/counts.hpp"
#include "flight/departed.hpp"
#include "flight/recording.hpp"
#include "flight/shelf.hpp"
#include "history/timeline.hpp"
#include "outputs/log.hpp"

namespace outrider::flight {

/// Trips within so long of the first are in one recording.
inline constexpr std::chrono::milliseconds settle_time{2000};
/// And of these so many are named.
inline constexpr std::size_t most_named = 1000;

class Recorder {
 public:
  struct Parts {
    std::string segments;   ///< the segment directory
    std::string directory;  ///< of the recordings
    TripQueue& trips;
    const Departed& departed;
    FlightCounts& counts;
    outputs::Log& log;
    const std::atomic<bool>& ends;  ///< what is begun is finished without further waiting
    std::function<protection::Now()> clock;
    std::function<outputs::Status()> status;
    std::function<ExpressionOf()> expressions;  ///< of the rules now; asked once a recording
    std::function<void()> want_look;            ///< at the values, soon
    std::function<void(const std::function<void(const history::Timeline&)>&)> ask_history;
  };
  Recorder(Parts parts, const config::FlightRecorderConfig& config);

  /// Once, at first: looks whether anything can be kept, and removes what a kill left.
  void open();
  /// Waits for a trip, at most so long, and records it.
  void step(std::chrono::milliseconds at_most);

 private:
  [[nodiscard]] bool is_due(const Trip& trip, nanoseconds now) const;
  void leave_out(std::uint64_t trips);
  void say_left_out(nanoseconds now);
  void record(const Trip& first);
  [[nodiscard]] std::string make(Recording& recording);
  [[nodiscard]] std::string copy_segments(Recording& recording);
  [[nodiscard]] std::string copy_one(Recording& recording, const OpenSegment& segment,
                                     const LaneImages& images);
  void collect(Recording& recording, nanoseconds until);
  [[nodiscard]] std::string write_series(Recording& recording);

  Parts parts_;
  config::FlightRecorderConfig config_;
  Shelf shelf_;
  std::optional<nanoseconds> recorded_{};       ///< when the last one began; steady
  std::optional<nanoseconds> kill_recorded_{};  ///< likewise, of those with a kill
  std::uint64_t left_out_ = 0;                  ///< trips since then
  bool said_left_out_ = false;
  bool said_failure_ = false;  ///< since one succeeded
};

}  // namespace outrider::flight
