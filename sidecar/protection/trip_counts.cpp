// SPDX-License-Identifier: Apache-2.0
#include "protection/trip_counts.hpp"

#include "protection/journal_file.hpp"

namespace outrider::protection {
namespace {

/// A breaker's or entry block's trip, or the kill switch pulled by an alert. The kill
/// that follows trips too many has a reason, and those trips have their own records.
bool is_trip(const Entry& entry) {
  if (entry.cause.rule.view().empty()) return false;
  const bool is_second_record = !entry.cause.reason.view().empty();
  return entry.action == Action::kill ? !is_second_record
                                      : state_after(entry.action) != GateState::trading;
}

}  // namespace

TripCounts count_trips(const std::string& path, std::chrono::nanoseconds from,
                       std::chrono::nanoseconds until, shm::FileError& error) {
  TripCounts counts;
  const auto take = [&](const JournalRecord& record) {
    const JournalEntry each = entry_of(record);
    const bool in_time = each.entry.wall >= from && each.entry.wall < until;
    if (each.carried || !in_time || !is_trip(each.entry)) return;
    ++counts[{std::string{each.entry.scope.view()}, std::string{each.entry.cause.rule.view()}}];
  };
  (void)look_at_journal(path, take, error);
  return counts;
}

}  // namespace outrider::protection
