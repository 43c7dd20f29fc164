// SPDX-License-Identifier: Apache-2.0
#include "protection/in_force.hpp"

#include "protection/scope.hpp"

namespace outrider::protection {

bool arms_everything(const Entry& entry) {
  return entry.action == Action::arm_at_start ||
         (entry.action == Action::arm && entry.scope.view() == global_scope);
}

bool InForce::apply(const JournalEntry& next) {
  const Entry& entry = next.entry;
  const std::string scope(entry.scope.view());
  const RuleAndScope breaker{std::string(entry.cause.rule.view()), scope};
  if (arms_everything(entry)) arming_ = next;
  switch (entry.action) {
    case Action::kill:
      return killed_.emplace(scope, next).second;
    case Action::arm:
      killed_.erase(scope);
      if (arms_everything(entry)) doubt_.reset();
      return false;
    case Action::trip: {
      const auto [held, news] = halted_.emplace(breaker, next);
      if (!news && held->second.boot == next.boot) return false;
      held->second = next;  // a halt ends with its boot; this is another one
      return true;
    }
    case Action::clear:
      halted_.erase(breaker);
      return false;
    case Action::doubt:
      doubt_ = next;
      return false;
    case Action::arm_at_start:
    case Action::refused:
    case Action::begin:
      return false;
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
