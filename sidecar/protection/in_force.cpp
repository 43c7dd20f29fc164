// SPDX-License-Identifier: Apache-2.0
#include "protection/in_force.hpp"

#include <tuple>

#include "protection/scope.hpp"

namespace outrider::protection {

bool arms_everything(const Entry& entry) {
  return entry.action == Action::arm_at_start ||
         (entry.action == Action::arm && entry.scope.view() == global_scope);
}

/// Whether a latch closes more, or for longer, than another of the same key.
bool is_stricter(const Entry& entry, const Entry& than) {
  const auto strictness = [](const Entry& each) {
    const bool is_timed = each.action == Action::halt || each.action == Action::block_entries;
    const bool ends = is_timed && !needs_arming(each);
    const auto until =
        ends ? each.wall + duration_of(each.cause.value) : std::chrono::nanoseconds{};
    return std::tuple{needs_arming(each), state_after(each.action), until};
  };
  return strictness(entry) > strictness(than);
}

/// Lifts what only a person lifts, and a person's halt before its time.
void InForce::arm(const std::string& scope) {
  killed_.erase(scope);
  std::erase_if(halted_, [&](const auto& each) {
    const Entry& latch = each.second.entry;
    return latch.scope.view() == scope && (needs_arming(latch) || latch.action == Action::halt);
  });
}

bool InForce::apply(const JournalEntry& next) {
  const Entry& entry = next.entry;
  const std::string scope(entry.scope.view());
  const bool is_block = entry.action == Action::block_entries || entry.action == Action::unblock;
  const LatchKey key{std::string(entry.cause.rule.view()), scope, is_block};
  if (arms_everything(entry)) arming_ = next;
  if (entry.action == Action::kill) return killed_.emplace(scope, next).second;
  if (is_latch(entry.action)) {
    const auto [held, news] = halted_.emplace(key, next);
    // What ends by itself ends with its boot.
    const bool is_over = held->second.boot != next.boot && !needs_arming(held->second.entry);
    if (!news && !is_over && !is_stricter(entry, held->second.entry)) return false;
    const Cause first = held->second.entry.cause;
    held->second = next;
    if (!news && !is_over) {
      held->second.entry.cause.actor = first.actor;
      held->second.entry.cause.reason = first.reason;
    }
    return true;
  }
  if (entry.action == Action::arm) {
    arm(scope);
    if (arms_everything(entry)) doubt_.reset();
  } else if (entry.action == Action::clear || entry.action == Action::unblock) {
    halted_.erase(key);
  } else if (entry.action == Action::doubt) {
    doubt_ = next;
  }
  return false;
}

std::vector<JournalEntry> InForce::latches() const {
  std::vector<JournalEntry> list;
  for (const auto& [scope, latch] : killed_) list.push_back(latch);
  for (const auto& [breaker, halt] : halted_) list.push_back(halt);
  return list;
}

// An arming lifts what stands before it, so it stands first.
std::vector<JournalEntry> InForce::entries() const {
  std::vector<JournalEntry> list;
  if (arming_) list.push_back(*arming_);
  if (doubt_) list.push_back(*doubt_);
  const std::vector<JournalEntry> closed = latches();
  list.insert(list.end(), closed.begin(), closed.end());
  return list;
}

}  // namespace outrider::protection
