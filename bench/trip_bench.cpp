// SPDX-License-Identifier: Apache-2.0
// How long from a breach in the trader to its closed gate, through the real
// sidecar: T0 is the stamp before the breaching value is stored, T4 the stamp
// with which an order is refused first. A trader that looks at its gate all the
// time, and records a sample every few microseconds, as a busy one does.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include <outrider/producer.hpp>

#include "bench_directory.hpp"
#include "sidecar_process.hpp"

namespace {

using namespace outrider;
using namespace std::chrono_literals;

constexpr int trips = 300;

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
      if (producer_->seconds(last, now) < 5e-6) continue;
      work_.record(last, now);
      last = now;
    }
  }

  /// Seconds from breach to refusal.
  double trip() {
    if (!work_until(true, 10)) bench::give_up("the gate does not open");
    work_for(0.002 + 0.0001 * (trips_++ % 37));
    const Ticks breached = ticks();
    breach_.set(1);
    const auto refused = work_until(false, 10);
    if (!refused) bench::give_up("the gate does not close");
    if (!gate_.permits(OrderKind::cancel)) bench::give_up("a cancel is refused");
    breach_.set(0);
    return producer_->seconds(breached, *refused);
  }

 private:
  std::optional<Producer> producer_;
  Writer writer_;
  IntGauge breach_;
  Histogram work_;
  Gate gate_;
  int trips_ = 0;
};

void report(benchmark::State& state, std::vector<double>& seconds, double cpu) {
  std::sort(seconds.begin(), seconds.end());
  const auto at = [&](double quantile) {
    return seconds[static_cast<std::size_t>(quantile * static_cast<double>(seconds.size() - 1))] *
           1e6;
  };
  state.counters["p50_us"] = at(0.5);
  state.counters["p99_us"] = at(0.99);
  state.counters["max_us"] = seconds.back() * 1e6;
  state.counters["sidecar_cpu_percent"] = cpu * 100;
}

void trip(benchmark::State& state, const char* loop) {
  const bench::SegmentDirectory directory;
  {
    const bench::SidecarProcess sidecar{directory.path(), loop, rules};
    Trader trader{directory.path()};
    for (int i = 0; i < 20; ++i) trader.trip();  // until the sidecar is warm
    const double cpu_before = sidecar.cpu_seconds();
    const auto begin = std::chrono::steady_clock::now();
    std::vector<double> seconds;
    for (auto _ : state) {
      seconds.push_back(trader.trip());
      state.SetIterationTime(seconds.back());
    }
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    report(state, seconds, (sidecar.cpu_seconds() - cpu_before) / wall.count());
  }
}
BENCHMARK_CAPTURE(trip, adaptive, "adaptive")
    ->Name("end_to_end/trip/loop:adaptive")
    ->UseManualTime()
    ->Iterations(trips)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(trip, spin, "spin")
    ->Name("end_to_end/trip/loop:spin")
    ->UseManualTime()
    ->Iterations(trips)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
