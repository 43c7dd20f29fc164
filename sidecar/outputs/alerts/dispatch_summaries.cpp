// SPDX-License-Identifier: Apache-2.0
// The dispatcher's part for summaries: what is due is read off the whole, once, and is
// in the book and on record as told in one step, so that they reach the disk together.
#include <algorithm>

#include "config/day.hpp"
#include "outputs/alerts/dispatcher.hpp"

namespace outrider::alerts {

using namespace std::chrono_literals;

namespace {

constexpr nanoseconds try_period = 100ms;
/// A guard that does not pass has no values of now.
constexpr nanoseconds freshest = 3s;

}  // namespace

bool Dispatcher::wants_to_summarize(const Time& now) {
  const bool may = now.steady >= summaries_from_ && now.steady - summaries_tried_ >= try_period;
  if (schedule_.is_empty() || !may) return false;
  summaries_tried_ = now.steady;
  return !schedule_.due(now.wall).empty();
}

void Dispatcher::summarize(const Level& level, const Time& now) {
  if (now.steady < summaries_from_ || now.steady - level.at > freshest) return;
  for (const Schedule::Due& due : schedule_.due(now.wall)) {
    schedule_.done(due);
    Alert alert = composer_.of_summary(due, schedule_.time_zone(), level.fields);
    alert.ends_at = now.wall;
    if (due.is_too_late) {
      parts_.log.warn("summary left out: it was due more than an hour ago",
                      {{"summary", due.summary.name},
                       {"due", config::local_time_text(schedule_.time_zone(), due.at)}});
    } else if (!book_.happen(alert)) {
      parts_.log.warn("summary not told: as many alerts fire as there is room for",
                      {{"summary", due.summary.name}});
    }
  }
}

void Dispatcher::log_event(const Alert& alert) {
  std::string lines{promql::label_value(alert.annotations, "description")};
  for (std::size_t at = 0; (at = lines.find('\n', at)) != lines.npos; at += 2)
    lines.replace(at, 1, "; ");
  parts_.log.info(promql::label_value(alert.annotations, "summary"), {{"fields", lines}});
}

}  // namespace outrider::alerts
