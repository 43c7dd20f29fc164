// SPDX-License-Identifier: Apache-2.0
#include "protection/start.hpp"

namespace outrider::protection {
namespace {

/// What the steps of a start share.
struct Starting {
  Protection& protection;
  Journal& journal;
  const InitialState& initial;
  const Now& now;
  std::vector<std::string>& lines;
  std::string problem;  ///< of the journal as it was found

  bool write(const Entry& entry, const std::string& otherwise = {}) {
    const shm::FileError error = journal.append(entry);
    if (error) lines.push_back(otherwise + error.message);
    return !error;
  }
};

/// Brings the journal to the state that holds, so that the next start finds it.
void settle_journal(Starting& starting) {
  const InitialState& initial = starting.initial;
  const Cause why{{}, "outrider", initial.unarmed_reason, 0};
  const Entry doubt{Action::doubt, global_scope, why, starting.now.wall};
  if (starting.journal.is_usable()) {
    for (const Entry& entry : initial.unjournalled) starting.write(entry);
    if (initial.needs_a_person && !initial.doubt_journalled) starting.write(doubt);
    return;
  }
  std::vector<Entry> latches = initial.killed;
  latches.insert(latches.end(), initial.halted.begin(), initial.halted.end());
  const shm::FileError error = starting.journal.begin_anew(latches, doubt);
  starting.lines.push_back(
      error ? "the journal cannot be written, arming will be refused: " + error.message +
                  "; once that is repaired, restart the sidecar"
            : "found the journal damaged: " + starting.problem +
                  "; it was put aside and a new one begun; a person must arm");
}

void obey_requests(Starting& starting, const KillRequests& requests) {
  for (const KillRequest& each : requests.obeyable) {
    const Cause cause{{}, each.actor, each.reason, 0};
    starting.protection.kill(starting.protection.scope(each.scope), cause, starting.now);
    starting.write({Action::kill, each.scope, cause, starting.now.wall});
    starting.lines.push_back("kill request by " + each.actor + ": " + each.scope +
                             " is KILLED: " + each.reason);
  }
  starting.lines.insert(starting.lines.end(), requests.refused.begin(), requests.refused.end());
}

void try_arm_at_start(Starting& starting) {
  if (starting.protection.armed()) return;
  if (starting.initial.needs_a_person) {
    starting.lines.push_back("not armed at start: " + starting.initial.unarmed_reason +
                             "; a person must arm");
    return;
  }
  const Cause cause{{}, "configuration", "protection.arm_at_start: true", 0};
  const Entry entry{Action::arm_at_start, global_scope, cause, starting.now.wall};
  if (!starting.write(entry, "not armed at start: ")) return;
  starting.protection.arm_at_start(starting.now);
  starting.lines.push_back("armed at start, because the configuration says so");
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
  const BootId boot = this_boot();
  started.journal = Journal::open(paths.journal, boot, history);
  InitialState initial = initial_state(history, latch, boot);
  const KillRequests requests = read_kill_requests(paths.kill_directory);
  if (!requests.problem.empty()) {
    started.lines.push_back("kill requests: " + requests.problem + "; there may be a kill in it");
    started.sees_kill_requests = false;
    initial.armed = false;
    initial.unarmed_reason = "the kill requests cannot be trusted to be all: " + requests.problem;
  }
  Starting starting{protection, started.journal, initial, now, started.lines, history.problem};
  settle_journal(starting);
  const std::vector<std::string> said = started.journal.take_lines();
  started.lines.insert(started.lines.end(), said.begin(), said.end());

  protection.restore(initial, now);
  for (const Entry& entry : initial.killed) {
    started.lines.push_back(std::string(entry.scope.view()) +
                            " is still KILLED: " + std::string(entry.cause.rule.view()) +
                            std::string(entry.cause.reason.view()));
  }
  obey_requests(starting, requests);
  if (arm_at_start && requests.problem.empty()) try_arm_at_start(starting);
  if (!protection.armed()) started.lines.push_back(unarmed_line(initial.unarmed_reason));

  started.latch = LatchFile::make(paths.latch, protection, initial.needs_a_person, started.error);
  protection.clear_changes();
  if (!started.latch || !started.journal.is_usable()) return started;
  // Latch file and journal both know the kills now.
  for (const KillRequest& each : requests.obeyable) {
    const shm::FileError error = remove_kill_request(paths.kill_directory, each);
    if (error) started.lines.push_back(error.message);
  }
  return started;
}

}  // namespace outrider::protection
