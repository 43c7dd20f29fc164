// SPDX-License-Identifier: Apache-2.0
// A trader that does nothing but record, and keeps its own ledger of it:
// ledger_trader SEGMENT_DIR NAME LEDGER [SAMPLES_A_BURST PAUSE_US]
#include <outrider/producer.hpp>
#include <thread>

#include <cstdio>
#include <cstdlib>

#include "process/ledger.hpp"

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  auto& ledger = outrider::testing::open_ledger(argv[3]);
  const int burst = argc > 4 ? std::atoi(argv[4]) : 1000;
  const auto pause = std::chrono::microseconds{argc > 5 ? std::atoi(argv[5]) : 200};

  outrider::ProducerOptions options{.name = argv[2], .directory = argv[1]};
  options.geometry = {.lanes = 2, .ring_capacity = 256};
  outrider::Status status;
  auto producer = outrider::Producer::create(options, status);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message.c_str());
    return 1;
  }
  auto writer = producer.writer("main");
  auto counter = writer.counter("ledger_calls_total", "Calls");
  auto histogram = writer.histogram(
      "ledger_seconds", "Values",
      {.unit = outrider::Unit::nanoseconds(), .bounds = {1.003e-6, 2.047e-6, 5.0001e-5}});
  auto level = writer.gauge("ledger_level", "A level that a test sets by the number of calls");
  auto gate = producer.gate("orders", {{"venue", "test"}});

  std::uint64_t number = ledger.begun;
  while (ledger.stop == 0) {
    for (int i = 0; i < burst; ++i) {
      const std::uint64_t value = number++ * 7919 % 100'003;
      ledger.begun = number;
      histogram.record(value, outrider::ticks());
      counter.inc();
      ledger.completed = number;
      for (std::size_t bound = 0; bound < ledger.up_to.size(); ++bound) {
        if (value <= outrider::testing::ledger_bounds[bound]) ++ledger.up_to[bound];
      }
    }
    level.set(static_cast<double>(number));
    if (gate.open(outrider::ticks()) || gate.permits(outrider::OrderKind::enter))
      ++ledger.gates_seen_open;
    std::this_thread::sleep_for(pause);
  }
  return 0;
}
