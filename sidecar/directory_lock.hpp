// SPDX-License-Identifier: Apache-2.0
// One sidecar a segment directory: the lock that says so, and who holds it.
#pragma once

#include <string>

#include "outrider/shm/file.hpp"

namespace outrider {

/// The lock on `directory`, held until it is closed; without one a sentence that
/// names the process which has it.
shm::Descriptor take_directory(const std::string& directory, std::string& refusal);

}  // namespace outrider
