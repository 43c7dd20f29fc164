// SPDX-License-Identifier: Apache-2.0
#include "cli/journal_files.hpp"

#include <filesystem>

#include "config/paths.hpp"
#include "protection/archive.hpp"

namespace outrider::cli {
namespace {

std::string state_directory(const JournalOptions& options) {
  config::Config config;
  config.storage.path = options.storage_path;
  return config::state_directory(config, config::process_environment()).value_or("");
}

}  // namespace

std::string JournalOptions::path() const {
  return state_directory(*this) + "/latch.journal";
}

std::string JournalOptions::copy() const {
  const std::string directory = journal_copy.empty() ? state_directory(*this) : journal_copy;
  return directory + "/latch.journal.copy";
}

void add_journal_options(const Command& command, JournalOptions& options) {
  command.option("--storage.path", options.storage_path,
                 "the sidecar's state directory; else as the sidecar finds it");
  command.option("--storage.journal-copy", options.journal_copy,
                 "directory of the second copy; else the same");
}

std::vector<std::string> files_of_journal(const std::string& path) {
  std::vector<std::string> files = protection::archives_of(path);
  std::error_code error;
  if (std::filesystem::exists(path, error) || error) files.push_back(path);
  return files;
}

}  // namespace outrider::cli
