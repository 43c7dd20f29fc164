// SPDX-License-Identifier: Apache-2.0
// The live page: files that hold nothing of the sidecar, and the address where they
// listen to it.
#pragma once

#include "outputs/router.hpp"

namespace outrider::outputs {

/// Adds /live, the files that it loads below /live/, and /ws, which joins the server's
/// Stream. Whoever may read may listen: that is judged before, see Readers.
void add_live_pages(Router& router);

}  // namespace outrider::outputs
