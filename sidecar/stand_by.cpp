// SPDX-License-Identifier: Apache-2.0
// A second sidecar beside the first: everything is loaded, nothing is opened for
// writing, until the first one is gone.
#include <sys/signalfd.h>
#include <unistd.h>

#include "directory_lock.hpp"
#include "sidecar.hpp"

namespace outrider {

/// What is slow the first time, done before it counts: OpenSSL reads a file of its
/// own, and the pages of programs and journal come from a disk.
void Sidecar::warm_up() {
  protection::LatchImage latch;
  protection::LatchFile::view(directory_ + "/c/latch", latch);
  shm::FileError error;
  (void)protection::look_at_journal(state_directory_ + "/latch.journal", {}, error);
  (void)protection::hash_of({});
  (void)protection::this_boot();
}

/// All or nothing, as a reload of the one that runs.
void Sidecar::reload_waiting() {
  Settings fresh;
  const std::vector<std::string> problems = load_settings(flags_, fresh);
  for (const std::string& problem : problems) log_.error(problem);
  if (!problems.empty())
    return log_.error(
        "not reloaded: the settings from before stay in force; correct the file and "
        "send SIGHUP again");
  log_.reconfigure(fresh.config.log);
  config::Config taken_up = fresh.config;  // all but the places that it watches
  taken_up.segment.dir = settings_.config.segment.dir;
  taken_up.storage.path = settings_.config.storage.path;
  say_reloaded(fresh, taken_up);
  settings_ = std::move(fresh);
  settings_.config = std::move(taken_up);
}

bool Sidecar::stand_by(const sigset_t& signals) {
  if (const auto error = shm::check_directory(directory_)) throw StartError{error.message};
  lock_ = take_directory(directory_).file;
  if (lock_) return true;  // nobody guards: a start like any other
  const shm::Descriptor wake{::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)};
  Standby standby{directory_, wake.get(), last_look_ns_, log_};
  warm_up();
  log_.info("standing by", {{"segment_dir", directory_}});
  while (!lock_) {
    lock_ = standby.wait(settings_.config.protection.lease / 2);
    signalfd_siginfo received{};
    if (::read(wake.get(), &received, sizeof received) != sizeof received) continue;
    if (received.ssi_signo != SIGHUP) return false;
    reload_waiting();
  }
  took_over_ = true;
  log_.warn("took over", {{"from_process", std::to_string(standby.holder())},
                          {"config_sha256", settings_.config.sha256},
                          {"rules_sha256", settings_.rules->sha256}});
  return true;
}

}  // namespace outrider
