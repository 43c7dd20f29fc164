// SPDX-License-Identifier: Apache-2.0
// Every call of the trader's hot path beside what a trader would use instead.
// Interleaved in one program, so that a busy machine slows all of them alike:
// read the ratios (bench/README.md says how it is run).
#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>

#include "bench_trader.hpp"

namespace {

using namespace outrider;

// ------------------------------------------------------------------ floors

void floor_empty_loop(benchmark::State& state) {
  for (auto _ : state) benchmark::ClobberMemory();
}
BENCHMARK(floor_empty_loop)->Name("floor/empty_loop");

void floor_locked_add(benchmark::State& state) {
  std::atomic<std::uint64_t> cell{0};
  for (auto _ : state) {
    cell.fetch_add(1, std::memory_order_relaxed);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(floor_locked_add)->Name("floor/lock_xadd");

void floor_ticks(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ticks().raw());
}
BENCHMARK(floor_ticks)->Name("floor/ticks");

// -------------------------------------------------------- counters, gauges

void counter_inc(benchmark::State& state) {
  Counter counter = bench::trader().writer().counter("bench_total", "Counted");
  for (auto _ : state) {
    counter.inc();
    benchmark::ClobberMemory();
  }
}
BENCHMARK(counter_inc)->Name("hot_path/counter_inc");

void prometheus_counter(benchmark::State& state) {
  prometheus::Counter counter;
  for (auto _ : state) {
    counter.Increment();
    benchmark::ClobberMemory();
  }
}
BENCHMARK(prometheus_counter)->Name("prometheus_cpp/counter_increment");

void gauge_set(benchmark::State& state) {
  Gauge gauge = bench::trader().writer().gauge("bench_ratio", "Set");
  double value = 0;
  for (auto _ : state) {
    gauge.set(value += 1);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(gauge_set)->Name("hot_path/gauge_set");

void prometheus_gauge(benchmark::State& state) {
  prometheus::Gauge gauge;
  double value = 0;
  for (auto _ : state) {
    gauge.Set(value += 1);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(prometheus_gauge)->Name("prometheus_cpp/gauge_set");

void up_down_add(benchmark::State& state) {
  UpDownCounter counter = bench::trader().writer().up_down_counter("bench_in_flight", "Added");
  for (auto _ : state) {
    counter.add(1);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(up_down_add)->Name("hot_path/up_down_add");

void failure_streak(benchmark::State& state) {
  FailureStreak streak = bench::trader().writer().failure_streak("bench_failures", "In a row");
  for (auto _ : state) {
    streak.failure();
    benchmark::ClobberMemory();
  }
}
BENCHMARK(failure_streak)->Name("hot_path/failure_streak_failure");

// ------------------------------------------------------------ distributions

/// A value that the compiler does not know and that wanders over the buckets.
std::uint64_t next(std::uint64_t& value) {
  value = (value + 12'345) & 0xf'ffff;
  benchmark::DoNotOptimize(value);
  return value;
}

void record_ring_empty(benchmark::State& state) {
  Histogram histogram = bench::trader().writer().histogram("bench_seconds", "Recorded");
  bench::trader().drain();
  const Ticks now = ticks();
  std::uint64_t value = 0;
  std::uint64_t recorded = 0;
  for (auto _ : state) {
    histogram.record(next(value), now);
    if ((++recorded & (bench::ring_capacity - 1)) == 0) bench::trader().drain();
  }
  if (bench::trader().spilled() != 0) state.SkipWithError("the ring was full");
}
BENCHMARK(record_ring_empty)->Name("hot_path/histogram_record/ring_empty");

void record_ring_full(benchmark::State& state) {
  Histogram histogram = bench::full_trader().writer().histogram("bench_full_seconds", "Recorded");
  const Ticks now = ticks();
  std::uint64_t value = 0;
  for (std::uint64_t i = 0; i < 2 * bench::ring_capacity; ++i) histogram.record(next(value), now);
  for (auto _ : state) histogram.record(next(value), now);
}
BENCHMARK(record_ring_full)->Name("hot_path/histogram_record/ring_full");

void record_stamped(benchmark::State& state) {
  Histogram histogram = bench::trader().writer().histogram("bench_stamped_seconds", "Recorded");
  bench::trader().drain();
  std::uint64_t value = 0;
  std::uint64_t recorded = 0;
  for (auto _ : state) {
    histogram.record(next(value));
    if ((++recorded & (bench::ring_capacity - 1)) == 0) bench::trader().drain();
  }
}
BENCHMARK(record_stamped)->Name("hot_path/histogram_record/stamped");

void scoped_timer(benchmark::State& state) {
  Histogram histogram = bench::trader().writer().histogram("bench_timer_seconds", "Recorded");
  bench::trader().drain();
  std::uint64_t recorded = 0;
  for (auto _ : state) {
    { const ScopedTimer timer{histogram}; }
    if ((++recorded & (bench::ring_capacity - 1)) == 0) bench::trader().drain();
  }
}
BENCHMARK(scoped_timer)->Name("hot_path/scoped_timer");

void prometheus_histogram(benchmark::State& state) {
  // Twenty buckets over the range that the values wander in.
  prometheus::Histogram::BucketBoundaries bounds;
  for (int i = 1; i <= 20; ++i) bounds.push_back(i * 50'000.0);
  prometheus::Histogram histogram{bounds};
  std::uint64_t value = 0;
  for (auto _ : state) histogram.Observe(static_cast<double>(next(value)));
}
BENCHMARK(prometheus_histogram)->Name("prometheus_cpp/histogram_observe");

void lockfree_queue(benchmark::State& state) {
  static boost::lockfree::spsc_queue<shm::Sample, boost::lockfree::capacity<bench::ring_capacity>>
      queue;
  queue.reset();
  std::uint64_t value = 0;
  std::uint64_t pushed = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(queue.push({7, next(value)}));
    if ((++pushed & (bench::ring_capacity - 1)) == 0) queue.consume_all([](const shm::Sample&) {});
  }
}
BENCHMARK(lockfree_queue)->Name("boost_lockfree/spsc_queue_push/ring_empty");

// --------------------------------------------------------------------- gate

void gate_open(benchmark::State& state) {
  const Gate gate = bench::trader().open_gate();
  const Ticks now = ticks();
  std::uint64_t refused = 0;
  for (auto _ : state) {
    if (!gate.open(now)) [[unlikely]]
      benchmark::DoNotOptimize(++refused);
    benchmark::ClobberMemory();
  }
  if (refused != 0) state.SkipWithError("the gate was closed");
}
BENCHMARK(gate_open)->Name("hot_path/gate_open");

}  // namespace
