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

namespace {

/// When the clocks there show that time of that day.
absl::Time time_of(absl::CivilDay date, std::chrono::minutes after_midnight,
                   const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo found =
      zone.At(absl::CivilSecond{date} + after_midnight / std::chrono::seconds{1});
  return found.kind == absl::TimeZone::TimeInfo::SKIPPED ? found.trans : found.pre;
}

/// As std::chrono counts them; absl's week begins on Monday.
std::size_t weekday_of(absl::CivilDay date) {
  return (static_cast<std::size_t>(absl::GetWeekday(date)) + 1) % 7;
}

}  // namespace

std::optional<std::chrono::nanoseconds> day_began(const DayConfig& day,
                                                  std::chrono::nanoseconds wall) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(day.time_zone, &zone)) return std::nullopt;
  const absl::Time now = absl::FromUnixNanos(wall.count());
  const auto begin_on = [&](absl::CivilDay date) { return time_of(date, day.begins_at, zone); };
  const absl::CivilDay today{zone.At(now).cs};
  const absl::Time began = begin_on(today) <= now ? begin_on(today) : begin_on(today - 1);
  return std::chrono::nanoseconds{absl::ToUnixNanos(began)};
}

std::optional<std::chrono::nanoseconds> last_due(const DueTime& due, const std::string& time_zone,
                                                 std::chrono::nanoseconds wall) {
  // A week, today whose time may be to come, and a day that a zone may have skipped.
  constexpr int days_to_look_at = 9;
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(time_zone, &zone)) return std::nullopt;
  const absl::Time now = absl::FromUnixNanos(wall.count());
  const absl::CivilDay today{zone.At(now).cs};
  for (int back = 0; back < days_to_look_at; ++back) {
    const absl::CivilDay date = today - back;
    const absl::Time then = time_of(date, due.at, zone);
    if (due.days[weekday_of(date)] && then <= now)
      return std::chrono::nanoseconds{absl::ToUnixNanos(then)};
  }
  return std::nullopt;
}

std::string local_time_text(const std::string& time_zone, std::chrono::nanoseconds wall) {
  absl::TimeZone zone;
  absl::LoadTimeZone(time_zone, &zone);  // UTC when it is not known
  return absl::FormatTime("%Y-%m-%d %H:%M %Z", absl::FromUnixNanos(wall.count()), zone);
}

}  // namespace outrider::config
