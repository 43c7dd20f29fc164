// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/schedule.hpp"

#include <algorithm>

#include "config/day.hpp"

namespace outrider::alerts {

namespace {

std::string key_of(const config::SummaryConfig& summary, const std::string& time_zone) {
  std::string days;
  for (const bool each : summary.due.days) days += each ? '1' : '0';
  return summary.name + ' ' + std::to_string(summary.due.at.count()) + ' ' + days + ' ' + time_zone;
}

bool was_told(const Schedule::Record& record, nanoseconds at) {
  return std::find(record.told.begin(), record.told.end(), at) != record.told.end();
}

void remember(Schedule::Record& record, nanoseconds at) {
  record.told.push_back(at);
  if (record.told.size() > Schedule::remembered) record.told.pop_front();
}

}  // namespace

void Schedule::configure(const config::Config& config, nanoseconds wall) {
  time_zone_ = config.day.time_zone;
  entries_.clear();
  Records kept;
  for (const config::SummaryConfig& summary : config.alerting.summaries) {
    const std::string key = key_of(summary, time_zone_);
    const auto known = records_.find(key);
    if (known != records_.end()) {
      kept.insert(*known);
    } else if (const auto before = config::last_due(summary.due, time_zone_, wall)) {
      remember(kept[key], *before);
    }
    entries_.push_back({key, summary});
  }
  records_ = std::move(kept);
  ++revision_;
}

std::vector<Schedule::Due> Schedule::due(nanoseconds wall) const {
  std::vector<Due> all;
  for (const auto& [key, summary] : entries_) {
    const auto at = config::last_due(summary.due, time_zone_, wall);
    const auto found = records_.find(key);
    if (!at || (found != records_.end() && was_told(found->second, *at))) continue;
    const bool is_too_late = wall - *at >= patience;
    if (is_too_late && found != records_.end() && found->second.left_out == *at) continue;
    all.push_back({summary, *at, is_too_late});
  }
  return all;
}

void Schedule::done(const Due& due) {
  Record& record = records_[key_of(due.summary, time_zone_)];
  if (due.is_too_late) {
    record.left_out = due.at;  // it is told after all if the clock is set back to its time
  } else {
    remember(record, due.at);
  }
  ++revision_;
}

}  // namespace outrider::alerts
