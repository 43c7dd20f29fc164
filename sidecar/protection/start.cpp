// SPDX-License-Identifier: Apache-2.0
#include "protection/start.hpp"

namespace outrider::protection {
namespace {

/// Brings the journal to the state that holds, so that the next start finds it.
void settle_journal(Journal& journal, const InitialState& initial, const Now& now,
                    std::vector<std::string>& lines) {
  if (!journal.writable()) {
    std::vector<Entry> latches = initial.killed;
    latches.insert(latches.end(), initial.halted.begin(), initial.halted.end());
    const shm::FileError error = journal.begin_anew(latches, now.wall);
    lines.push_back(error
                        ? "the journal cannot be written, arming will be refused: " + error.message
                        : "the damaged journal was put aside and a new one begun");
    return;
  }
  for (const Entry& entry : initial.unjournalled) {
    const shm::FileError error = journal.append(entry);
    if (error) lines.push_back(error.message);
  }
}

void obey_requests(Protection& protection, Journal& journal, const KillRequests& requests,
                   const Now& now, std::vector<std::string>& lines) {
  for (const KillRequest& each : requests.obeyable) {
    const Cause cause{{}, each.actor, each.reason, 0};
    protection.kill(protection.scope(each.scope), cause, now);
    const shm::FileError error = journal.append({Action::kill, each.scope, cause, now.wall});
    if (error) lines.push_back(error.message);
    lines.push_back("kill request by " + each.actor + ": " + each.scope +
                    " is KILLED: " + each.reason);
  }
  lines.insert(lines.end(), requests.refused.begin(), requests.refused.end());
}

void try_arm_at_start(Protection& protection, Journal& journal, const InitialState& initial,
                      const Now& now, std::vector<std::string>& lines) {
  if (protection.armed()) return;
  if (initial.needs_a_person) {
    lines.push_back("not armed at start: " + initial.unarmed_reason + "; a person must arm");
    return;
  }
  const Cause cause{{}, "configuration", "protection.arm_at_start: true", 0};
  const shm::FileError error =
      journal.append({Action::arm_at_start, global_scope, cause, now.wall});
  if (error) {
    lines.push_back("not armed at start: " + error.message);
    return;
  }
  protection.arm_at_start(now);
  lines.push_back("armed at start, because the configuration says so");
}

}  // namespace

std::string unarmed_line(std::string_view why) {
  return "every gate is UNARMED: " + std::string(why) +
         "; to arm: outrider arm --reason \"at least 20 characters that say why\"";
}

Started start(Protection& protection, const StartPaths& paths, bool arm_at_start, const Now& now) {
  Started started;
  LatchImage latch;
  JournalImage history;
  LatchFile::view(paths.latch, latch);
  shm::FileError journal_error;
  const BootId boot = this_boot();
  started.journal = Journal::open(paths.journal, boot, history, journal_error);
  const InitialState initial = initial_state(history, latch, boot);
  settle_journal(started.journal, initial, now, started.lines);

  protection.restore(initial, now);
  for (const Entry& entry : initial.killed) {
    started.lines.push_back(std::string(entry.scope.view()) +
                            " is still KILLED: " + std::string(entry.cause.rule.view()) +
                            std::string(entry.cause.reason.view()));
  }
  const KillRequests requests = read_kill_requests(paths.kill_directory);
  obey_requests(protection, started.journal, requests, now, started.lines);
  if (arm_at_start) try_arm_at_start(protection, started.journal, initial, now, started.lines);
  if (!protection.armed()) started.lines.push_back(unarmed_line(initial.unarmed_reason));

  started.latch = LatchFile::make(paths.latch, protection, now, started.error);
  protection.clear_changes();
  if (!started.latch || !started.journal.writable()) return started;
  // Latch file and journal both know the kills now.
  for (const KillRequest& each : requests.obeyable) {
    const shm::FileError error = remove_kill_request(paths.kill_directory, each);
    if (error) started.lines.push_back(error.message);
  }
  return started;
}

}  // namespace outrider::protection
