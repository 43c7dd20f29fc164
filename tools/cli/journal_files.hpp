// SPDX-License-Identifier: Apache-2.0
// Where the journal's files lie, for the commands that only read them.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace outrider::cli {

struct JournalOptions {
  std::string storage_path;  ///< as given; empty: as the sidecar finds it
  std::string journal_copy;  ///< directory of the second copy; empty: the same

  /// Where a sidecar of this user has its state; where there is none, that of this host's
  /// service, which its group may read and not write. Empty when there is not even a home.
  [[nodiscard]] std::string directory() const;
  /// STATE_DIR/latch.journal; empty when there is not even a home.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::string copy() const;
};

/// Adds --storage.path and --storage.journal-copy.
void add_journal_options(const Command& command, JournalOptions& options);

/// Full files, oldest first, and then the one that is written to, if it is there.
[[nodiscard]] std::vector<std::string> files_of_journal(const std::string& path);

}  // namespace outrider::cli
