// SPDX-License-Identifier: Apache-2.0
#include "protection/enforce.hpp"

namespace outrider::protection {

bool enforce(Protection& protection, Ends& ends) noexcept {
  if (protection.changes().empty()) return false;
  for (const Change& change : protection.changes()) ends.store_latch(change);
  ends.store_gates();
  for (const Change& change : protection.changes()) {
    if (!change.journalled) ends.note(change.entry);
  }
  protection.clear_changes();
  return true;
}

}  // namespace outrider::protection
