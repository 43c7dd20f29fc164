// SPDX-License-Identifier: Apache-2.0
#include "config/day.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include "config/store.hpp"

namespace outrider::config {

std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  int hours = 0;
  int minutes = 0;
  const bool both = store_number(hours, std::string{text.substr(0, 2)}, 0, 23) &&
                    store_number(minutes, std::string{text.substr(3)}, 0, 59);
  if (!both) return std::nullopt;
  return std::chrono::hours{hours} + std::chrono::minutes{minutes};
}

std::optional<std::chrono::nanoseconds> day_began(const DayConfig& day,
                                                  std::chrono::nanoseconds wall) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(day.time_zone, &zone)) return std::nullopt;
  const absl::Time now = absl::FromUnixNanos(wall.count());
  const auto begin_on = [&](absl::CivilDay date) {
    const absl::TimeZone::TimeInfo begin =
        zone.At(absl::CivilSecond{date} + day.begins_at / std::chrono::seconds{1});
    return begin.kind == absl::TimeZone::TimeInfo::SKIPPED ? begin.trans : begin.pre;
  };
  const absl::CivilDay today{zone.At(now).cs};
  const absl::Time began = begin_on(today) <= now ? begin_on(today) : begin_on(today - 1);
  return std::chrono::nanoseconds{absl::ToUnixNanos(began)};
}

}  // namespace outrider::config
