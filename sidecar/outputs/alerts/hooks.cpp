// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/hooks.hpp"

#include <algorithm>

#include "config/duration.hpp"
#include "outrider/shm/file.hpp"

namespace outrider::alerts {

namespace {

constexpr long accepted = 200;

}  // namespace

void Hooks::run(const Run& run) {
  const config::ReceiverConfig& to = run.to;
  running_.push_back({to.name, run.is_kill, to.command.front(), to.timeout, run.now + to.timeout,
                      std::make_unique<probes::Program>(
                          probes::ProgramSettings{to.command, run.environment, run.input})});
}

bool Hooks::is_busy(const std::string& receiver, bool is_kill) const {
  return std::any_of(running_.begin(), running_.end(), [&](const Running& each) {
    return each.receiver == receiver && each.is_kill == is_kill;
  });
}

std::optional<std::string> Hooks::Running::look() {
  if (program->error() != 0) return file + ": " + shm::errno_text(program->error());
  const auto ended = program->look();
  if (!ended) return std::nullopt;
  if (is_given_up) return "killed with its group after " + config::duration_text(timeout);
  if (!ended->exited) return "ended by signal " + std::to_string(ended->status);
  return ended->status == 0 ? "" : "ended with code " + std::to_string(ended->status);
}

void Hooks::take_ended(nanoseconds now, std::vector<Outcome>& ended) {
  for (auto each = running_.begin(); each != running_.end();) {
    if (now >= each->until && !each->is_given_up) {
      each->is_given_up = true;
      each->program->kill();
    }
    const std::optional<std::string> failure = each->look();
    if (!failure) {
      ++each;
      continue;
    }
    ended.push_back(
        {each->receiver, each->is_kill, failure->empty() ? accepted : 0, *failure, std::nullopt});
    each = running_.erase(each);
  }
}

}  // namespace outrider::alerts
