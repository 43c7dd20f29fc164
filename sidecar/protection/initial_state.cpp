// SPDX-License-Identifier: Apache-2.0
#include "protection/initial_state.hpp"

namespace outrider::protection {
namespace {

bool is_damaged(Condition condition) {
  return condition == Condition::torn || condition == Condition::damaged;
}

/// The journal is gone that the latch file was made beside.
bool is_lost(const JournalImage& journal, const LatchImage& latch) {
  return journal.condition == Condition::missing && (latch.armed || !latch.entries.empty());
}

/// Why the record does not let gates open; empty when it does.
std::string unarmed_reason(const JournalImage& journal, const LatchImage& latch,
                           const InForce& history, const BootId& boot) {
  if (is_damaged(journal.condition)) return "found the latch journal damaged: " + journal.problem;
  if (is_damaged(latch.condition)) return "found the latch file damaged: " + latch.problem;
  if (is_lost(journal, latch)) return "the latch journal is gone since the last arming";
  if (history.doubt()) return std::string(history.doubt()->entry.cause.reason.view());
  if (latch.in_doubt) return "a file of an earlier start was damaged, and nobody has armed since";
  if (!history.arming()) return "no arming on record";
  if (history.arming()->boot != boot) return "the machine has started anew since the last arming";
  if (latch.condition == Condition::missing) return "the latch file is gone since the last arming";
  // A latch file that was made anew, or an arming that was cut short.
  if (!latch.armed) return "the last arming on record is not in force";
  return {};
}

}  // namespace

InitialState initial_state(const JournalImage& journal, const LatchImage& latch,
                           const BootId& boot) {
  InForce history;
  for (const JournalEntry& each : journal.entries) history.apply(each);
  InitialState initial;
  initial.unarmed_reason = unarmed_reason(journal, latch, history, boot);
  initial.armed = initial.unarmed_reason.empty();
  initial.armed_since = latch.armed_since;
  initial.doubt_journalled = history.doubt().has_value();
  initial.needs_a_person = is_damaged(journal.condition) || is_damaged(latch.condition) ||
                           is_lost(journal, latch) || latch.in_doubt || initial.doubt_journalled;
  // A trip reaches the latch file first, so it may know more than the journal.
  for (const Entry& entry : latch.entries) {
    if (history.apply({entry, boot})) initial.unjournalled.push_back(entry);
  }
  for (const JournalEntry& each : history.latches()) {
    if (each.entry.action == Action::kill) {
      initial.killed.push_back(each.entry);
    } else if (each.boot == boot || needs_arming(each.entry)) {
      initial.halted.push_back(each.entry);
    }
  }
  return initial;
}

}  // namespace outrider::protection
