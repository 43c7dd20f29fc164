// SPDX-License-Identifier: Apache-2.0
// Which summaries are due: each once for each time that it is due, whatever the wall
// clock does and whoever asks after a restart. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace outrider::alerts {

using std::chrono::nanoseconds;

class Schedule {
 public:
  /// What was done about the times that one was due, all of them Unix times.
  struct Record {
    std::deque<nanoseconds> told{};  ///< the last few, the newest last
    nanoseconds left_out{};          ///< the last one that came too late; 0: none
  };
  /// By summary and the times that it is due: with another time it begins anew.
  using Records = std::map<std::string, Record>;

  struct Due {
    config::SummaryConfig summary;
    nanoseconds at{};          ///< Unix
    bool is_too_late = false;  ///< to be left out
  };

  /// Of an earlier life; before configure().
  void restore(Records records) { records_ = std::move(records); }
  /// One that is not on record is due from its next time on.
  void configure(const config::Config& config, nanoseconds wall);

  [[nodiscard]] bool is_empty() const { return entries_.empty(); }
  /// What must be told, or told to be left out, now.
  [[nodiscard]] std::vector<Due> due(nanoseconds wall) const;
  void done(const Due& due);

  [[nodiscard]] const Records& records() const { return records_; }
  [[nodiscard]] const std::string& time_zone() const { return time_zone_; }
  /// Grows with everything that a restart must know of.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  /// Nobody wants to hear later than this what was due.
  static constexpr std::chrono::hours patience{1};
  /// Times that are remembered: a clock may be set back over so many of them.
  static constexpr std::size_t remembered = 8;

 private:
  struct Entry {
    std::string key;
    config::SummaryConfig summary;
  };
  std::vector<Entry> entries_;
  std::string time_zone_;
  Records records_;
  std::uint64_t revision_ = 0;
};

}  // namespace outrider::alerts
