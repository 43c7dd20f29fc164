// SPDX-License-Identifier: Apache-2.0
#include "cli/top_watch.hpp"

#include <algorithm>

#include "cli/opened.hpp"

namespace outrider::cli {
namespace {

bool is_over(segments::ProducerState state) {
  return state == segments::ProducerState::dead || state == segments::ProducerState::closed;
}

const ProducerOverview* find(const Overview& overview, const Opened& opened) {
  for (const ProducerOverview& each : overview.producers) {
    if (each.name == opened.name() && each.generation == opened.header().generation) return &each;
  }
  return nullptr;
}

/// By what it does now; until that is known, by what it has done.
bool is_faster(const WatchedCount& one, const WatchedCount& other) {
  const double left = one.rate.last.value_or(-1);
  const double right = other.rate.last.value_or(-1);
  return left != right ? left > right : one.count > other.count;
}

}  // namespace

Averages TopWatch::follow(const std::string& key, double count) {
  Followed& followed = rates_[key];
  if (followed.look + 1 < looks_) followed.rate = {};
  followed.look = looks_;
  followed.rate.add(now_, count);
  return followed.rate.averages();
}

void TopWatch::forget_what_is_gone() {
  std::erase_if(rates_, [this](const auto& each) { return each.second.look + 1 < looks_; });
}

void TopWatch::look_at_counters(const Opened& opened, TopFrame& frame) {
  const std::string prefix = opened.name() + '/' + std::to_string(opened.header().generation) + '/';
  std::vector<std::string> problems;
  for (const SeriesReading& series : read_series_values(opened, problems)) {
    const auto* count = std::get_if<std::uint64_t>(&series.value);
    if (count == nullptr) continue;
    WatchedCount watched{series.info.text(), opened.name(), static_cast<double>(*count), {}};
    watched.rate = follow(prefix + watched.series, watched.count);
    frame.counters.push_back(std::move(watched));
  }
}

void TopWatch::look_at_segments(TopFrame& frame) {
  std::vector<std::string> unreadable;  // the overview has said it
  for (const Opened& opened :
       open_newest(frame.overview.directory, shm::Access::read_only, unreadable)) {
    const ProducerOverview* who = find(frame.overview, opened);
    if (who == nullptr) continue;  // it came in between: the next look has it
    WatchedProducer watched;
    watched.who = *who;
    watched.heartbeat_age = age_of(opened.view().state().heartbeat);
    watched.law = read_law(opened);
    const std::size_t known = frame.counters.size();
    if (!is_over(who->state)) {
      watched.samples = follow(who->name + '/' + std::to_string(who->generation),
                               static_cast<double>(watched.law.recorded));
      look_at_counters(opened, frame);
    }
    if (opened.is_cut_short()) {
      frame.counters.resize(known);
      frame.overview.unreadable.push_back(who->name + ": its file was cut short while in use");
      continue;
    }
    frame.producers.push_back(std::move(watched));
  }
  std::stable_sort(frame.counters.begin(), frame.counters.end(), is_faster);
}

TopFrame TopWatch::look() {
  ++looks_;
  TopFrame frame;
  frame.interval = interval_;
  frame.overview = cli::look(places_.directory());
  if (!frame.overview.problem.empty()) return frame;
  now_ = std::chrono::steady_clock::now().time_since_epoch();
  frame.wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count();
  look_at_segments(frame);
  frame.sidecar = ask_sidecar_view(places_, frame.overview.sidecar);
  now_ = std::chrono::steady_clock::now().time_since_epoch();
  for (const Latency& latency : frame.sidecar.latencies) {
    frame.latencies.push_back({latency, follow("latency/" + latency.series, latency.count)});
  }
  forget_what_is_gone();
  return frame;
}

}  // namespace outrider::cli
