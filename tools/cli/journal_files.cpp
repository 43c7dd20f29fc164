// SPDX-License-Identifier: Apache-2.0
#include "cli/journal_files.hpp"

#include <filesystem>

#include "config/paths.hpp"
#include "protection/archive.hpp"

namespace outrider::cli {

std::string JournalOptions::directory() const {
  config::Config config;
  config.storage.path = storage_path;
  const config::Environment environment = config::process_environment();
  const std::string own = config::state_directory(config, environment).value_or("");
  if (!storage_path.empty() || environment.variable("STATE_DIRECTORY")) return own;
  std::error_code error;
  const bool has_journal = std::filesystem::exists(own + "/latch.journal", error);
  const std::string of_the_host{config::system_state_directory};
  return !has_journal && std::filesystem::exists(of_the_host, error) ? of_the_host : own;
}

std::string JournalOptions::path() const {
  return directory() + "/latch.journal";
}

std::string JournalOptions::copy() const {
  return (journal_copy.empty() ? directory() : journal_copy) + "/latch.journal.copy";
}

void add_journal_options(const Command& command, JournalOptions& options) {
  command.option("--storage.path", options.storage_path,
                 "the sidecar's state directory; else that of yours, or of this host's service");
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
