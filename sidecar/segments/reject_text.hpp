// SPDX-License-Identifier: Apache-2.0
// Why a sidecar gives a generation no lease, for people: in a gate's reason and in status.
#pragma once

#include <string_view>

#include "outrider/shm/layout.hpp"

namespace outrider::segments {

/// Empty for none, and for a code that a sidecar of another version may have written.
std::string_view to_text(shm::RejectCode code) noexcept;

}  // namespace outrider::segments
