// SPDX-License-Identifier: Apache-2.0
#include "cli/history_command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/journal_files.hpp"
#include "cli/places.hpp"
#include "config/duration.hpp"
#include "outputs/status.hpp"
#include "protection/journal_file.hpp"

namespace outrider::cli {
namespace {

using protection::JournalRecord;

struct HistoryOptions {
  JournalOptions journal;
  std::string since;  ///< a duration; empty: from the beginning
  std::string scope;  ///< empty: every one
  std::size_t limit = 0;
  bool newest_first = false;
  bool as_json = false;
};

std::string time_text(std::int64_t unix_ns) {
  return outputs::wall_text(unix_ns / 1'000'000);
}

std::string hex(const protection::BootId& boot) {
  std::string text;
  std::array<char, 3> digits{};
  for (const std::uint8_t byte : boot) {
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned>(byte));
    text += digits.data();
  }
  return text;
}

void print_json(const JournalRecord& record) {
  const protection::JournalEntry each = entry_of(record);
  const nlohmann::json json{{"time", time_text(record.utc_ns)},
                            {"seq", record.seq},
                            {"action", action_word(each.entry.action)},
                            {"scope", each.entry.scope.view()},
                            {"actor", each.entry.cause.actor.view()},
                            {"rule", each.entry.cause.rule.view()},
                            {"reason", each.entry.cause.reason.view()},
                            {"value", record.value},
                            {"boot", hex(record.boot)},
                            {"boottime_ns", record.boottime_ns}};
  std::puts(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

void print_line(const JournalRecord& record) {
  const protection::JournalEntry each = entry_of(record);
  const protection::Cause& cause = each.entry.cause;
  const std::string who = shm::shown(cause.actor.empty() ? cause.rule.view() : cause.actor.view());
  std::string why = shm::shown(cause.reason.view());
  if (why.empty()) why = "value " + std::to_string(cause.value);
  std::printf("%s  %-12s  %s  %s: %s\n", time_text(record.utc_ns).c_str(),
              std::string(action_word(each.entry.action)).c_str(),
              shm::shown(each.entry.scope.view()).c_str(), who.c_str(), why.c_str());
}

/// The records that were asked for, the last `limit` of them.
class Selection {
 public:
  Selection(const HistoryOptions& options, std::int64_t earliest_ns)
      : options_(options), earliest_ns_(earliest_ns) {}

  void take(const JournalRecord& record) {
    if ((record.flags & protection::carried_over) != 0) return;  // shown where it happened
    if (record.utc_ns < earliest_ns_) return;
    if (!options_.scope.empty() && record.scope.view() != options_.scope) return;
    if (options_.limit == 0 && !options_.newest_first) return print(record);
    kept_.push_back(record);
    if (options_.limit != 0 && kept_.size() > options_.limit) kept_.pop_front();
  }
  void finish() {
    if (options_.newest_first) std::reverse(kept_.begin(), kept_.end());
    for (const JournalRecord& each : kept_) print(each);
  }

 private:
  void print(const JournalRecord& record) const {
    options_.as_json ? print_json(record) : print_line(record);
  }

  const HistoryOptions& options_;
  std::int64_t earliest_ns_;
  std::deque<JournalRecord> kept_;
};

/// Unix nanoseconds; nothing when the text is no duration.
std::optional<std::int64_t> earliest(const std::string& since) {
  if (since.empty()) return 0;
  const auto ago = config::parse_duration(since);
  if (!ago) return std::nullopt;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() - ago->count();
}

int show_history(const HistoryOptions& options) {
  const auto earliest_ns = earliest(options.since);
  if (!earliest_ns) {
    return complain(exit_usage,
                    "--since: found " + options.since + "; needed a duration such as 2h or 1d");
  }
  std::vector<std::string> files = files_of_journal(options.journal.path());
  if (files.empty()) files = files_of_journal(options.journal.copy());
  if (files.empty()) {
    return complain(exit_nobody, "found no journal at " + options.journal.path() +
                                     "; needed the state directory of a sidecar; give "
                                     "--storage.path");
  }
  Selection selection{options, *earliest_ns};
  int exit_code = exit_done;
  for (const std::string& path : files) {
    shm::FileError error;
    const auto found = protection::look_at_journal(
        path, [&](const JournalRecord& each) { selection.take(each); }, error);
    if (error) {
      return complain(error.code == EACCES ? exit_not_permitted : exit_failed, error.message);
    }
    if (found.condition == protection::Condition::damaged) {
      exit_code =
          complain(exit_failed, path + ": " + found.problem + "; see outrider journal verify");
    }
  }
  selection.finish();
  return exit_code;
}

}  // namespace

void add_history_command(const Command& program) {
  const Command command = program.command("history", "what was tripped, killed, armed and refused");
  command.footer(
      "Reads the journal in the state directory, its full files too; a sidecar need not run.\n"
      "Exit codes: 0 shown, 1 a file is damaged, 2 usage, 3 not permitted, 4 no journal.");
  const auto options = std::make_shared<HistoryOptions>();
  add_journal_options(command, options->journal);
  command.option("--since", options->since, "only what happened in the last 2h, 30m, 1d ...");
  command.option("--scope", options->scope, "only this scope, such as venue=binance");
  command.option("--limit", options->limit, "only the last N; default all");
  command.flag("--newest-first", options->newest_first, "default: oldest first");
  command.flag("--json", options->as_json, "a JSON object a line");
  command.does([options] { return show_history(*options); });
}

}  // namespace outrider::cli
