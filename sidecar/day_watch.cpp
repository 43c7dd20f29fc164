// SPDX-License-Identifier: Apache-2.0
#include "day_watch.hpp"

#include <utility>

#include "config/day.hpp"

namespace outrider {

void DayWatch::look(const config::DayConfig& day, std::chrono::nanoseconds wall) {
  const auto looked_before = std::exchange(looked_, wall);
  const auto began = config::day_began(day, wall);
  if (!began || *began == day_) return;
  day_ = *began;
  const bool is_older_than_we = day_ < started_;
  protection_.begin_day(day_, is_older_than_we);
  if (looked_before.count() != 0 && looked_before < day_) return;  // it begins now
  // Without a journal to read, which the start has told of, the day begins now.
  shm::FileError error;
  const auto until = is_older_than_we ? started_ : wall;
  protection_.restore_trips(day_, protection::count_trips(journal_, day_, until, error));
}

}  // namespace outrider
