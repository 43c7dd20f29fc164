// SPDX-License-Identifier: Apache-2.0
#include "protection/enforce.hpp"

namespace outrider::protection {

bool enforce(Protection& protection, Ends& ends) noexcept {
  if (protection.changes().empty()) return false;
  // A gate that somebody else has killed is found while the gates are stored; that
  // is a change too, and the latch file must know it before the journal does.
  for (std::size_t latched = 0; latched < protection.changes().size();) {
    while (latched < protection.changes().size()) ends.store_latch(protection.changes()[latched++]);
    ends.store_gates();
  }
  for (const Change& change : protection.changes()) {
    if (change.directive.kind) ends.direct(change);
  }
  for (const Change& change : protection.changes()) {
    if (!change.journalled) ends.note(change.entry);
    ends.tell(change);
  }
  protection.clear_changes();
  return true;
}

}  // namespace outrider::protection
