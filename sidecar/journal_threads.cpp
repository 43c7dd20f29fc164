// SPDX-License-Identifier: Apache-2.0
// The thread that writes to the disk of the journal, which may hang, and the one that
// obeys kill request files, which never waits for that disk.

#include <cstdlib>
#include <utility>

#include "clocks.hpp"
#include "sidecar.hpp"
#include "this_thread.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

/// While the disk refuses, or a copy has to be mended.
constexpr auto journal_retry_period = 10ms;
constexpr auto journal_period = 1s;
/// Its directory may be moved away with all that is above it, of which nobody is told.
constexpr auto kill_request_period = 250ms;
constexpr auto first_pass_period = 10ms;
/// For what was noted last, when the sidecar ends; the latch file has it, too.
constexpr auto last_words = 2s;

}  // namespace

/// Orders without protection are an operator's decision, on record with its time.
void Sidecar::journal_on_stale(const config::ProtectionConfig& policy) {
  for (const config::OnStaleConfig& each : policy.on_stale) {
    if (each.action == config::OnStale::halt) continue;
    const std::string_view action =
        each.action == config::OnStale::keep_going ? "continue" : "reduce_only";
    const protection::Cause cause{
        {}, "configuration", "protection.on_stale: " + std::string{action}, 0};
    log_.warn("orders may go out while no sidecar runs",
              {{"scope", each.scope}, {"on_stale", std::string{action}}});
    scribe_->put({protection::Action::on_stale, each.scope, cause, read_clocks().wall});
  }
}

void Sidecar::run_journal() {
  name_this_thread("journal");
  journal_on_stale(settings_.config.protection);
  while (!stop_others_) {
    const auto error = scribe_->write_noted();
    if (error)
      log_.error("journal: " + error.message +
                 "; needed a journal on disk; trips work, arming is refused until it is repaired");
    for (const std::string& line : scribe_->take_lines()) log_.warn(line);
    const bool is_whole = !error && scribe_->good_copies() == 2;
    scribe_->wait_for_work(is_whole ? journal_period : journal_retry_period);
  }
  scribe_->write_noted();
}

void Sidecar::run_kill_requests() {
  name_this_thread("kill-requests");
  while (!stop_others_) {
    const bool may_look = last_pass_ns_ != 0;
    if (may_look) {
      for (const std::string& line : kill_requests_->step()) log_.warn(line);
      const bool sees_all = kill_requests_->problem().empty();
      facts_.kill_requests_readable = sees_all;
      control_->see_kill_requests(sees_all);
    }
    kill_requests_->wait(may_look ? kill_request_period : first_pass_period);
  }
}

/// By another thread than the journal's, which may not come back.
void Sidecar::look_at_journal() {
  facts_.journal_writable = scribe_->journal_writable();
  facts_.journal_copies = scribe_->good_copies();
  if (scribe_->hangs_for() >= protection::Scribe::longest_write)
    log_.error(
        "journal: found its disk hanging, a write does not end; needed one that answers; trips "
        "and kills work and are kept to be written, arming is refused until it is back");
  const std::uint64_t dropped = scribe_->dropped();
  facts_.journal_dropped = dropped;
  if (dropped == std::exchange(said_dropped_, dropped)) return;
  log_.error(
      "journal: found more waiting for its disk than is kept; needed a disk that answers; what "
      "was dropped is in force, and in no journal",
      {{"dropped", std::to_string(dropped)}});
}

/// First what must not be lost: whoever waits to take over does not wait for long. A
/// thread that waits for a disk cannot be joined; this ends as a kill would end it.
void Sidecar::finish_journal() {
  const auto unwritten = scribe_->why_unwritten(scribe_->mark(scribe_->dropped()), last_words);
  if (unwritten.empty()) return;
  log_.error("journal: " + unwritten +
             "; needed what was decided last on disk; the latch file has it");
  if (scribe_->hangs_for() < last_words) return;
  log_.flush(outputs::LogQueue::patience_at_end);
  std::_Exit(EXIT_FAILURE);
}

}  // namespace outrider
