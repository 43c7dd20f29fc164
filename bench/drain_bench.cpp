// SPDX-License-Identifier: Apache-2.0
// The sidecar taking full rings into a checkpoint that survives its death at any
// instruction, beside a queue that is emptied into plain buckets. Filling is not
// timed; a pass over a full ring is long enough to be timed by itself.
#include <benchmark/benchmark.h>
#include <time.h>

#include <boost/lockfree/spsc_queue.hpp>
#include <memory>
#include <vector>

#include <outrider/producer.hpp>

#include "bench_directory.hpp"
#include "drain/drainer.hpp"

namespace {

using namespace outrider;

constexpr std::uint32_t samples = 4096;

/// A trader and the drainer of its segment, in one thread.
class DrainedTrader {
 public:
  DrainedTrader(const std::string& directory, const std::string& name) {
    ProducerOptions options{.name = name, .directory = directory};
    options.housekeeping = Housekeeping::manual;
    options.geometry.ring_capacity = samples;
    Status status;
    producer_ = std::make_unique<Producer>(Producer::create(options, status));
    if (!status.ok()) bench::give_up(status.message);
    writer_ = producer_->writer("main");
    histogram_ = writer_.histogram("bench_seconds", "Recorded");
    adopt(directory, name);
    producer_->housekeep();
  }

  void fill() {
    const Ticks now = ticks();
    for (std::uint64_t i = 0; i < samples; ++i) {
      value_ = (value_ + 12'345) & 0xf'ffff;
      histogram_.record(value_, now);
    }
  }

  std::size_t drain() {
    std::size_t taken = 0;
    for (std::size_t batch = 1; batch != 0; taken += batch) batch = drainer_->take().size();
    return taken;
  }

 private:
  void adopt(const std::string& directory, const std::string& name) {
    shm::AttachResult result{};
    std::string why;
    auto segment = segments::open_segment(directory, {name, producer_->generation()}, result, why);
    if (segment == nullptr) bench::give_up(why);
    bool damaged = false;
    shm::FileError error;
    auto checkpoint = drain::Checkpoint::open(directory, name, damaged, error);
    if (checkpoint == nullptr) bench::give_up(error.message);
    drainer_ = std::make_unique<drain::Drainer>(std::move(checkpoint));
    std::vector<std::string> refusals;
    drainer_->adopt(drainer_->bind(segment, nullptr, refusals));
  }

  std::unique_ptr<Producer> producer_;
  Writer writer_;
  Histogram histogram_;
  std::unique_ptr<drain::Drainer> drainer_;
  std::uint64_t value_ = 0;
};

/// Of this thread: on a shared machine a pass is interrupted now and then.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class Work>
void timed(benchmark::State& state, Work work) {
  const double begin = cpu_seconds();
  work();
  state.SetIterationTime(cpu_seconds() - begin);
}

void drain_pass(benchmark::State& state) {
  const bench::SegmentDirectory directory;
  std::vector<std::unique_ptr<DrainedTrader>> traders;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    traders.push_back(
        std::make_unique<DrainedTrader>(directory.path(), "bench-" + std::to_string(i)));
  }
  std::size_t drained = 0;
  std::size_t filled = 0;
  for (auto _ : state) {
    for (auto& trader : traders) trader->fill();
    filled += traders.size() * samples;
    timed(state, [&] {
      for (auto& trader : traders) drained += trader->drain();
    });
  }
  if (drained != filled) state.SkipWithError("the rings were not drained");
  state.SetItemsProcessed(static_cast<std::int64_t>(drained));
}
BENCHMARK(drain_pass)
    ->Name("drain/pass/samples:4096")
    ->ArgName("segments")
    ->Arg(1)
    ->Arg(8)
    ->UseManualTime();

void queue_into_buckets(benchmark::State& state) {
  static boost::lockfree::spsc_queue<shm::Sample, boost::lockfree::capacity<samples>> queue;
  const shm::BucketLayout layout{2};
  std::vector<std::uint64_t> buckets(layout.count());
  std::uint64_t value = 0;
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < samples; ++i) {
      value = (value + 12'345) & 0xf'ffff;
      queue.push({7, value});
    }
    timed(state, [&] {
      queue.consume_all([&](const shm::Sample& s) { ++buckets[layout.index(s.packed)]; });
    });
    benchmark::DoNotOptimize(buckets.data());
  }
  state.SetItemsProcessed(state.iterations() * samples);
}
BENCHMARK(queue_into_buckets)
    ->Name("boost_lockfree/consume_all_into_buckets/samples:4096")
    ->UseManualTime();

}  // namespace
