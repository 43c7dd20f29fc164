// SPDX-License-Identifier: Apache-2.0
#include "probes/runner.hpp"

#include <algorithm>
#include <utility>

namespace outrider::probes {

using namespace std::chrono_literals;

Runner::Runner(Parts parts, const std::vector<config::ProbeConfig>& probes, const Time& now)
    : parts_{std::move(parts)} {
  adopt(probes, now);
  show();
  stand();
}

void Runner::adopt(const std::vector<config::ProbeConfig>& wanted, const Time& now) {
  std::vector<std::unique_ptr<Probe>> before = std::exchange(probes_, {});
  for (const config::ProbeConfig& config : wanted) {
    const auto same = std::find_if(before.begin(), before.end(), [&](const auto& probe) {
      return probe != nullptr && probe->config() == config;
    });
    probes_.push_back(same == before.end() ? std::make_unique<Probe>(
                                                 config, now, Probe::Parts{transfers_, parts_.say})
                                           : std::move(*same));
  }
  for (auto& probe : before) {
    if (probe == nullptr) continue;
    probe->end();
    leaving_.push_back(std::move(probe));
  }
}

void Runner::stand() {
  std::vector<Standing> standings;
  for (const auto& probe : probes_) standings.push_back(probe->standing());
  const std::lock_guard guard{mutex_};
  standings_ = std::move(standings);
}

std::vector<Standing> Runner::standings() const {
  const std::lock_guard guard{mutex_};
  return standings_;
}

void Runner::show() {
  Board::All all;
  for (const auto& probe : probes_) all.push_back(probe->series());
  if (all == shown_) return;
  shown_ = all;
  parts_.board.set(std::move(all));
}

void Runner::step(const Time& now) {
  std::optional<std::vector<config::ProbeConfig>> reloaded;
  {
    const std::lock_guard guard{mutex_};
    reloaded = std::exchange(reloaded_, std::nullopt);
  }
  if (reloaded) adopt(*reloaded, now);
  transfers_.step();
  bool stand_anew = reloaded.has_value();
  for (const auto& probe : probes_) stand_anew = probe->step(now) || stand_anew;
  if (stand_anew) stand();
  for (const auto& probe : leaving_) probe->step(now);
  std::erase_if(leaving_, [](const auto& probe) { return probe->is_idle(); });
  show();
}

void Runner::wait(const Time& now, std::chrono::milliseconds most) {
  std::vector<int> watched{bell_.descriptor()};
  nanoseconds left = most;
  for (const auto* all : {&probes_, &leaving_}) {
    for (const auto& probe : *all) {
      left = std::min(left, probe->due() - now.steady);
      if (probe->descriptor() != -1) watched.push_back(probe->descriptor());
    }
  }
  // Rounded up: a step too early finds nothing to do.
  const auto patience = std::max(left, 0ns) + 999'999ns;
  transfers_.wait(watched, std::chrono::floor<std::chrono::milliseconds>(patience));
  bell_.silence();
}

void Runner::reload(const std::vector<config::ProbeConfig>& probes) {
  {
    const std::lock_guard guard{mutex_};
    reloaded_ = probes;
  }
  wake();
}

}  // namespace outrider::probes
