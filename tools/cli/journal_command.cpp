// SPDX-License-Identifier: Apache-2.0
#include "cli/journal_command.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/journal_files.hpp"
#include "cli/places.hpp"
#include "config/digest.hpp"
#include "protection/journal_file.hpp"

namespace outrider::cli {
namespace {

using protection::Condition;
using protection::Hash;
using protection::JournalCopy;

struct File {
  std::string path;
  JournalCopy found;
};

struct Verification {
  std::vector<File> files;
  std::vector<std::string> problems;
  shm::FileError error;  ///< a file that cannot be read at all
};

/// Each file by itself, and that it continues the one before.
void verify_chain(const std::vector<std::string>& paths, Verification& result) {
  const File* before = nullptr;
  const std::size_t first = result.files.size();
  result.files.reserve(first + paths.size());
  for (const std::string& path : paths) {
    shm::FileError error;
    JournalCopy found = protection::look_at_journal(path, {}, error);
    if (error) result.error = error;
    if (!found.problem.empty()) result.problems.push_back(path + ": " + found.problem);
    const bool begun_anew = found.continues == Hash{};
    const bool follows = before == nullptr || begun_anew || before->found.hashes.empty() ||
                         (found.first_seq == before->found.last_seq + 1 &&
                          found.continues == before->found.hashes.back());
    if (!follows) result.problems.push_back(path + ": record 1 does not continue " + before->path);
    result.files.push_back({path, std::move(found)});
    before = &result.files.back();
  }
}

/// Both copies have the same files with the same records.
void compare_copies(std::size_t second_begins, const std::string& copy, Verification& result) {
  const auto first_end = result.files.begin() + static_cast<std::ptrdiff_t>(second_begins);
  for (auto file = result.files.begin(); file != first_end; ++file) {
    const auto twin = std::find_if(first_end, result.files.end(), [&](const File& each) {
      return each.found.first_seq == file->found.first_seq;
    });
    if (twin == result.files.end()) {
      result.problems.push_back(file->path + ": has no copy beside " + copy);
    } else if (twin->found.hashes != file->found.hashes) {
      result.problems.push_back(file->path + " and " + twin->path + " differ");
    }
  }
  if (result.files.size() != 2 * second_begins)
    result.problems.push_back("the copies have " + std::to_string(second_begins) + " and " +
                              std::to_string(result.files.size() - second_begins) + " files");
}

Verification verify_once(const std::string& given, const JournalOptions& options) {
  Verification result;
  if (!given.empty()) {
    verify_chain({given}, result);
    return result;
  }
  verify_chain(files_of_journal(options.path()), result);
  const std::size_t second_begins = result.files.size();
  verify_chain(files_of_journal(options.copy()), result);
  if (!result.files.empty()) compare_copies(second_begins, options.copy(), result);
  return result;
}

/// A sidecar that runs may be between the two copies, or within a record: what is
/// wrong stays wrong.
Verification verify(const std::string& given, const JournalOptions& options) {
  Verification result = verify_once(given, options);
  for (int again = 0; again < 5 && !result.problems.empty(); ++again) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    result = verify_once(given, options);
  }
  return result;
}

std::string head_of(const JournalCopy& copy) {
  return copy.hashes.empty() ? "" : config::to_hex(copy.hashes.back());
}

void print_text(const Verification& result) {
  for (const File& each : result.files) {
    const JournalCopy& found = each.found;
    std::printf("%s: %zu records, %llu to %llu, SHA-256 of the last %s\n", each.path.c_str(),
                found.hashes.size(), static_cast<unsigned long long>(found.first_seq),
                static_cast<unsigned long long>(found.last_seq), head_of(found).c_str());
  }
  for (const std::string& problem : result.problems)
    std::fprintf(stderr, "outrider: damaged: %s\n", problem.c_str());
  if (result.problems.empty()) std::puts("intact");
}

void print_json(const Verification& result) {
  nlohmann::json files = nlohmann::json::array();
  for (const File& each : result.files) {
    files.push_back({{"path", each.path},
                     {"intact", each.found.condition == Condition::intact},
                     {"records", each.found.hashes.size()},
                     {"first_seq", each.found.first_seq},
                     {"last_seq", each.found.last_seq},
                     {"sha256", head_of(each.found)},
                     {"problem", each.found.problem}});
  }
  const nlohmann::json json{
      {"intact", result.problems.empty()}, {"files", files}, {"problems", result.problems}};
  std::puts(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

int show_verification(const std::string& given, const JournalOptions& options, bool as_json) {
  const Verification result = verify(given, options);
  if (result.files.empty() || result.error.code == ENOENT) {
    return complain(exit_nobody, "found no journal at " + (given.empty() ? options.path() : given) +
                                     "; needed the state directory of a sidecar; give "
                                     "--storage.path");
  }
  if (result.error) {
    return complain(result.error.code == EACCES ? exit_not_permitted : exit_failed,
                    result.error.message);
  }
  as_json ? print_json(result) : print_text(result);
  return result.problems.empty() ? exit_done : exit_failed;
}

}  // namespace

void add_journal_command(const Command& program) {
  const Command journal = program.command("journal", "look after the journal's files");
  journal.needs_command();
  const Command command = journal.command(
      "verify", "every record, the chain of them, and that both copies say the same");
  command.footer(
      "Reads both copies in the state directory, their full files too; a sidecar need not run.\n"
      "The SHA-256 of a file's last record vouches for every record before it: noted elsewhere,\n"
      "it shows later that nothing was changed.\n"
      "Exit codes: 0 intact, 1 damaged, 2 usage, 3 not permitted, 4 no journal.");
  const auto options = std::make_shared<JournalOptions>();
  const auto given = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  add_journal_options(command, *options);
  command.option("PATH", *given, "this one file instead");
  command.flag("--json", *as_json, "for programs");
  command.does([options, given, as_json] { return show_verification(*given, *options, *as_json); });
}

}  // namespace outrider::cli
