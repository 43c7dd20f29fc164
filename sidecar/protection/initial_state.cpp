// SPDX-License-Identifier: Apache-2.0
#include "protection/initial_state.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "protection/scope.hpp"

namespace outrider::protection {
namespace {

using RuleAndScope = std::pair<std::string, std::string>;

/// What is known to be latched, first causes kept.
struct Latches {
  std::map<std::string, Entry> killed;
  std::map<RuleAndScope, Entry> halted;

  void apply(const Entry& entry, bool this_boot) {
    const std::string scope(entry.scope.view());
    const RuleAndScope breaker{std::string(entry.cause.rule.view()), scope};
    switch (entry.action) {
      case Action::kill:
        killed.emplace(scope, entry);
        return;
      case Action::arm:
        killed.erase(scope);
        return;
      case Action::trip:
        if (this_boot) halted.emplace(breaker, entry);
        return;
      case Action::clear:
        halted.erase(breaker);
        return;
      case Action::arm_at_start:
      case Action::refused:
      case Action::doubt:
        return;
    }
  }
};

bool arms_everything(const Entry& entry) {
  return entry.action == Action::arm_at_start ||
         (entry.action == Action::arm && entry.scope.view() == global_scope);
}

bool is_damaged(Condition condition) {
  return condition == Condition::torn || condition == Condition::damaged;
}

/// The journal is gone that the latch file was made beside.
bool is_lost(const JournalImage& journal, const LatchImage& latch) {
  return journal.condition == Condition::missing && (latch.armed || !latch.entries.empty());
}

/// The last doubt that no person has armed since; null when there is none.
const Entry* open_doubt(const JournalImage& journal) {
  const Entry* doubt = nullptr;
  for (const JournalEntry& each : journal.entries) {
    if (each.entry.action == Action::doubt) doubt = &each.entry;
    if (each.entry.action == Action::arm && arms_everything(each.entry)) doubt = nullptr;
  }
  return doubt;
}

/// Why the record does not let gates open; empty when it does.
std::string unarmed_reason(const JournalImage& journal, const LatchImage& latch,
                           const BootId& boot) {
  const auto armed_last =
      std::find_if(journal.entries.rbegin(), journal.entries.rend(),
                   [](const JournalEntry& each) { return arms_everything(each.entry); });
  if (is_damaged(journal.condition)) {
    return "found the latch journal damaged: " + journal.problem;
  }
  if (is_damaged(latch.condition)) return "found the latch file damaged: " + latch.problem;
  if (is_lost(journal, latch)) return "the latch journal is gone since the last arming";
  if (const Entry* doubt = open_doubt(journal)) return std::string(doubt->cause.reason.view());
  if (latch.in_doubt) return "a file of an earlier start was damaged, and nobody has armed since";
  if (armed_last == journal.entries.rend()) return "no arming on record";
  if (armed_last->boot != boot) return "the machine has started anew since the last arming";
  if (latch.condition == Condition::missing) return "the latch file is gone since the last arming";
  // A latch file that was made anew, or an arming that was cut short.
  if (!latch.armed) return "the last arming on record is not in force";
  return {};
}

}  // namespace

InitialState initial_state(const JournalImage& journal, const LatchImage& latch,
                           const BootId& boot) {
  Latches latches;
  for (const JournalEntry& each : journal.entries) latches.apply(each.entry, each.boot == boot);
  InitialState initial;
  // A trip reaches the latch file first, so it may know more than the journal.
  for (const Entry& entry : latch.entries) {
    const std::size_t known = latches.killed.size() + latches.halted.size();
    latches.apply(entry, true);
    const bool news = latches.killed.size() + latches.halted.size() > known;
    if (news) initial.unjournalled.push_back(entry);
  }
  initial.unarmed_reason = unarmed_reason(journal, latch, boot);
  initial.armed = initial.unarmed_reason.empty();
  initial.armed_since = latch.armed_since;
  initial.doubt_journalled = open_doubt(journal) != nullptr;
  initial.needs_a_person = is_damaged(journal.condition) || is_damaged(latch.condition) ||
                           is_lost(journal, latch) || latch.in_doubt || initial.doubt_journalled;
  for (const auto& [scope, entry] : latches.killed) initial.killed.push_back(entry);
  for (const auto& [breaker, entry] : latches.halted) initial.halted.push_back(entry);
  return initial;
}

}  // namespace outrider::protection
