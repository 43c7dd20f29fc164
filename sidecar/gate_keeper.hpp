// SPDX-License-Identifier: Apache-2.0
// Puts verdicts into gate words: leases by compare-and-swap, so that a kill that
// somebody else stored is found and never overwritten.
#pragma once

#include "runtime.hpp"

namespace outrider {

/// Why a generation may get no lease now: its clock, as its last heartbeat shows
/// it, must agree with ours within 10 ms.
shm::RejectCode reject_code(const shm::TickClock& clock, const shm::Beat& trader,
                            const shm::Beat& own) noexcept;

struct Enforcement {
  protection::Verdict verdict;
  Ticks now;  ///< of the trader's clock
  std::uint64_t lease_ticks = 0;
  bool renew = false;  ///< leases are due
  Now time;
};

enum class Enforced {
  unchanged,
  changed,
  found_kill,  ///< somebody else killed the gate, which protection must learn of
};

/// The gate's lease was not renewed in time: ours, or that of an earlier sidecar when
/// the gate is seen for the first time.
bool lease_ran_out(const GateRuntime& gate, const Now& now, nanoseconds lease,
                   shm::TickSource ticks) noexcept;

/// Probes that the trader has spent of the gate's allowance since the last call.
std::uint32_t probes_since(GateRuntime& gate) noexcept;

Enforced enforce(GateRuntime& gate, const Enforcement& wanted) noexcept;

}  // namespace outrider
