// SPDX-License-Identifier: Apache-2.0
// The start of protection: what the latch file, the journal and the kill
// requests say, before the first gate is granted. Doubt leaves UNARMED.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protection/journal.hpp"
#include "protection/kill_request.hpp"
#include "protection/latch_file.hpp"
#include "protection/protection.hpp"

namespace outrider::protection {

struct StartPaths {
  std::string latch;           ///< SEGMENT_DIR/c/latch
  std::string kill_directory;  ///< SEGMENT_DIR/c/kill
  JournalPlace journal;
};

struct Started {
  LatchFile latch;  ///< false: `error` says why, and no gate may be granted
  Journal journal;
  shm::FileError error;
  bool sees_kill_requests = true;  ///< all that there are
  std::vector<std::string> lines;  ///< what people should know, a sentence each
};

/// Once, before the guard runs; leaves no changes behind.
Started start(Protection& protection, const StartPaths& paths, bool arm_at_start, const Now& now);

/// The sentence to repeat while everything is UNARMED.
[[nodiscard]] std::string unarmed_line(std::string_view why);

}  // namespace outrider::protection
