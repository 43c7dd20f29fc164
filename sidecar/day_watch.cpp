// SPDX-License-Identifier: Apache-2.0
#include "day_watch.hpp"

#include "config/day.hpp"

namespace outrider {

void DayWatch::look(const config::DayConfig& day, std::chrono::nanoseconds wall) {
  const auto began = config::day_began(day, wall);
  if (!began || *began == day_) return;
  day_ = *began;
  protection_.begin_day(day_);
  // Without a journal to read, which the start has told of, the day begins now.
  shm::FileError error;
  if (day_ < started_)
    protection_.restore_trips(day_, protection::count_trips(journal_, day_, started_, error));
}

}  // namespace outrider
