// SPDX-License-Identifier: Apache-2.0
// How long from a breach in the trader to its closed gate, through the real
// sidecar: T0 is the stamp before the breaching value is stored, T3 the sidecar's
// store into the gate, T4 the stamp with which an order is refused first. A trader
// that looks at its gate all the time, records a sample every few microseconds, as a
// busy one does, and sends 100 000 orders a second: those of after T0 have leaked.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <outrider/producer.hpp>

#include "bench_directory.hpp"
#include "hogs.hpp"
#include "sidecar_process.hpp"

namespace {

using namespace outrider;
using namespace std::chrono_literals;

constexpr double between_orders = 1e-5;  ///< seconds

constexpr const char* rules = R"(
groups:
  - name: bench
    interval: 1ms
    rules:
      - alert: Breach
        expr: bench_breach == 1
)";

class Trader {
 public:
  explicit Trader(const std::string& directory) {
    Status status;
    producer_.emplace(Producer::create({.name = "bench", .directory = directory}, status));
    if (!status.ok()) bench::give_up(status.message);
    writer_ = producer_->writer("trader");
    breach_ = writer_.int_gauge("bench_breach", "Whether the trader is in breach");
    work_ = writer_.histogram("bench_work_seconds", "Time between two looks at the gate");
    gate_ = producer_->gate("orders");
  }

  /// Works until the gate is as wanted; the stamp of that look, or none after `patience`.
  std::optional<Ticks> work_until(bool open, double patience) {
    const Ticks start = ticks();
    for (Ticks last = start;;) {
      const Ticks now = ticks();
      if (gate_.open(now) == open) return now;
      send_what_is_due(now);
      if (producer_->seconds(last, now) > 5e-6) {
        work_.record(last, now);
        last = now;
        if (producer_->seconds(start, now) > patience) return std::nullopt;
      }
    }
  }

  /// Works for a while with the gate open, so that breaches fall anywhere in a pass.
  void work_for(double seconds) {
    const Ticks start = ticks();
    for (Ticks last = start; producer_->seconds(start, last) < seconds;) {
      const Ticks now = ticks();
      send_what_is_due(now);
      if (producer_->seconds(last, now) < 5e-6) continue;
      work_.record(last, now);
      last = now;
    }
  }

  struct Trip {
    double stored = 0;   ///< seconds from the breach to the gate's word, T3-T0
    double refused = 0;  ///< and to the first refusal, T4-T0
    double leaked = 0;   ///< orders sent in between
  };
  Trip trip() {
    if (!work_until(true, 10)) bench::give_up("the gate does not open");
    work_for(0.002 + 0.0001 * (trips_++ % 37));
    const std::uint64_t sent = orders_;
    const Ticks breached = ticks();
    breach_.set(1);
    const auto refused = work_until(false, 10);
    if (!refused) bench::give_up("the gate does not close");
    if (!gate_.permits(OrderKind::cancel)) bench::give_up("a cancel is refused");
    breach_.set(0);
    // The word is stored before the detail that tells when: wait for the latter.
    Ticks stored = gate_.view().since;
    while (stored < breached) stored = gate_.view().since;
    return {producer_->seconds(breached, stored), producer_->seconds(breached, *refused),
            static_cast<double>(orders_ - sent)};
  }

 private:
  /// One order, where the last one is long enough ago. A trader that did not run sends no
  /// more to catch up.
  void send_what_is_due(Ticks now) {
    if (producer_->seconds(last_order_, now) < between_orders || !gate_.open(now)) return;
    ++orders_;
    last_order_ = now;
  }

  std::optional<Producer> producer_;
  Writer writer_;
  IntGauge breach_;
  Histogram work_;
  Gate gate_;
  int trips_ = 0;
  std::uint64_t orders_ = 0;
  Ticks last_order_;
};

/// NAME_p50, NAME_p99 and NAME_max.
void report(benchmark::State& state, const std::string& name, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double quantile) {
    return values[static_cast<std::size_t>(quantile * static_cast<double>(values.size() - 1))];
  };
  state.counters[name + "_p50"] = at(0.5);
  state.counters[name + "_p99"] = at(0.99);
  state.counters[name + "_max"] = values.back();
}

/// What else there is beside the trader and its sidecar.
struct Beside {
  int hogs_a_core = 0;
  const char* recorder = "";  ///< settings of flight-recorder
  int idle_traders = 0;       ///< whose segments are in each recording
  int trips = 300;
};

std::vector<Producer> idle_traders(const std::string& directory, int count) {
  std::vector<Producer> traders;
  for (int i = 0; i < count; ++i) {
    Status status;
    traders.push_back(
        Producer::create({.name = "idle-" + std::to_string(i), .directory = directory}, status));
    if (!status.ok()) bench::give_up(status.message);
  }
  return traders;
}

void trip(benchmark::State& state, const char* loop, const Beside& beside) {
  const bench::SegmentDirectory directory;
  const bench::SidecarProcess sidecar{directory.path(), loop, rules, beside.recorder};
  const std::vector<Producer> idle = idle_traders(directory.path(), beside.idle_traders);
  Trader trader{directory.path()};
  for (int i = 0; i < 20; ++i) trader.trip();  // until the sidecar is warm
  const bench::Hogs hogs{beside.hogs_a_core};
  const double cpu_before = sidecar.cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  std::vector<double> stored;
  std::vector<double> refused;
  std::vector<double> leaked;
  for (auto _ : state) {
    const Trader::Trip one = trader.trip();
    stored.push_back(one.stored * 1e6);
    refused.push_back(one.refused * 1e6);
    leaked.push_back(one.leaked);
    state.SetIterationTime(one.refused);
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  report(state, "t3_us", std::move(stored));
  report(state, "t4_us", std::move(refused));
  report(state, "leaked", std::move(leaked));
  state.counters["sidecar_cpu_percent"] = (sidecar.cpu_seconds() - cpu_before) / wall.count() * 100;
}

void add(const std::string& name, const char* loop, const Beside& beside) {
  benchmark::RegisterBenchmark(("end_to_end/trip/loop:" + std::string{loop} + name).c_str(), trip,
                               loop, beside)
      ->UseManualTime()
      ->Iterations(beside.trips)
      ->Unit(benchmark::kMicrosecond);
}

const bool are_added = [] {
  for (const int hogs : {0, 4}) {
    const std::string name = hogs == 0 ? "" : "/hogs:" + std::to_string(hogs);
    add(name, "adaptive", {.hogs_a_core = hogs});
    add(name, "spin", {.hogs_a_core = hogs});
  }
  // One recording after the other, of 17 traders; so many trips are beside some ten of them.
  add("/flight:off", "adaptive", {.recorder = "recordings: 0", .idle_traders = 16, .trips = 3000});
  add("/flight:1s", "adaptive", {.recorder = "interval: 1s", .idle_traders = 16, .trips = 3000});
  return true;
}();

}  // namespace
