// SPDX-License-Identifier: Apache-2.0
// A trader of ordinary size, 64 series of which 16 are histograms and a gate,
// that records at a given rate and keeps its own ledger of it:
// load_trader SEGMENT_DIR NAME LEDGER RATE
// RATE is in samples a second; 0 records nothing, "max" as fast as it goes.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <outrider/producer.hpp>
#include <string>
#include <thread>
#include <vector>

#include "process/ledger.hpp"

namespace {

using namespace outrider;

constexpr int histograms = 16;
constexpr int counters = 32;
constexpr int gauges = 15;

/// Everything that the trader records.
class Desk {
 public:
  Desk(Producer& producer, testing::Ledger& ledger)
      : writer_{producer.writer("main")}, gate_{producer.gate("orders")}, ledger_{ledger} {
    for (int i = 0; i < histograms; ++i) {
      const Unit unit = i % 2 == 0 ? Unit::nanoseconds() : Unit::ticks();
      latencies_.push_back(writer_.histogram("load_seconds", "Latency", {.unit = unit}, label(i)));
    }
    for (int i = 0; i < counters; ++i)
      counts_.push_back(writer_.counter("load_calls_total", "Calls", label(i)));
    for (int i = 0; i < gauges; ++i)
      levels_.push_back(writer_.gauge("load_level", "A level", label(i)));
  }

  void record() noexcept {
    const std::uint64_t number = ledger_.begun + 1;
    ledger_.begun = number;
    latencies_[number % histograms].record(number * 7919 % 100'003, ticks());
    counts_[number % counters].inc();
    ledger_.completed = number;
  }
  void look() noexcept {
    levels_[0].set(static_cast<double>(ledger_.completed));
    if (gate_.open(ticks())) ++ledger_.gates_seen_open;
  }

 private:
  static Labels label(int number) { return {{"part", std::to_string(number)}}; }

  Writer writer_;
  Gate gate_;
  testing::Ledger& ledger_;
  std::vector<Histogram> latencies_;
  std::vector<Counter> counts_;
  std::vector<Gauge> levels_;
};

/// Records `rate` samples a second, evenly: what is due by the clock, then a look.
void run_at(Desk& desk, const testing::Ledger& ledger, double rate) {
  const std::uint64_t start = shm::monotonic_ns();
  std::uint64_t done = 0;
  while (ledger.stop == 0) {
    const double seconds = static_cast<double>(shm::monotonic_ns() - start) * 1e-9;
    const auto due = static_cast<std::uint64_t>(seconds * rate);
    for (; done < due; ++done) desk.record();
    desk.look();
    if (rate < 1'000) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

void run_at_full_rate(Desk& desk, const testing::Ledger& ledger) {
  while (ledger.stop == 0) {
    for (int i = 0; i < 1'000; ++i) desk.record();
    desk.look();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: load_trader SEGMENT_DIR NAME LEDGER RATE|max\n");
    return 2;
  }
  auto& ledger = testing::open_ledger(argv[3]);
  Status status;
  auto producer = Producer::create({.name = argv[2], .directory = argv[1]}, status);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message.c_str());
    return 1;
  }
  Desk desk{producer, ledger};
  if (std::strcmp(argv[4], "max") == 0) {
    run_at_full_rate(desk, ledger);
  } else {
    run_at(desk, ledger, std::atof(argv[4]));
  }
  return 0;
}
