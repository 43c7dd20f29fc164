// SPDX-License-Identifier: Apache-2.0
#include "storm/writer.hpp"

#include <cstdio>
#include <optional>
#include <outrider/producer.hpp>
#include <thread>

namespace outrider::storm {
namespace {

/// A ring so small that it is full many times a millisecond, and one lane for two
/// threads, so that one of them has the shared one.
constexpr shm::Geometry geometry{.lanes = 1,
                                 .ring_capacity = 64,
                                 .series = 16,
                                 .cells = 8,
                                 .gauges = 8,
                                 .histograms = 4,
                                 .gates = 4,
                                 .string_bytes = 4096,
                                 .spill_bytes = 256 << 10};

/// Calls between two looks at the world: less than a ring, so that a reader that
/// keeps up finds samples in it.
constexpr std::uint64_t burst = 48;
constexpr std::uint64_t bursts_of_a_writer = 200;

HistogramOptions options() {
  return {.unit = Unit::count(), .bounds = {bounds.begin(), bounds.end()}};
}

/// One thread's claim of a lane, from its first handle to its last.
class Claim {
 public:
  Claim(Producer& producer, ThreadLedger& ledger)
      : writer_{producer.writer("storm")},
        ledger_{ledger},
        counter_{writer_.counter("calls_total", "Calls")} {
    histograms_[0] = writer_.histogram(series_names[0], "", options());
  }

  void call() {
    const std::uint64_t number = ledger_.done + 1;
    const auto [series, value] = call_of(number);
    if (!histograms_[series]) {
      histograms_[series] = writer_.histogram(series_names[series], "", options());
    }
    ledger_.begun = number;
    histograms_[series]->record(values[value], Ticks::from_raw(number));
    ledger_.done = number;
    ++ledger_.recorded[series][value];

    ++ledger_.count_begun;
    counter_.inc();
    ++ledger_.count_done;
  }

 private:
  Writer writer_;
  ThreadLedger& ledger_;
  Counter counter_;
  std::array<std::optional<Histogram>, series_count> histograms_;
};

void record(Producer& producer, Ledger& ledger, std::size_t thread) {
  while (ledger.stop == 0) {
    Claim claim{producer, ledger.threads[thread]};
    for (std::uint64_t i = 0; i < bursts_of_a_writer && ledger.stop == 0; ++i) {
      for (std::uint64_t call = 0; call < burst; ++call) claim.call();
      if (thread == 0) producer.housekeep();
      std::this_thread::yield();
    }
    ++ledger.lane_changes;
  }
}

}  // namespace

int run_writer(const std::string& directory, Ledger& ledger) {
  ledger.writer_phase = WriterPhase::birth;
  Status status;
  auto producer = std::make_optional(Producer::create({.name = producer_name,
                                                       .directory = directory,
                                                       .housekeeping = Housekeeping::manual,
                                                       .clock = ClockChoice::monotonic,
                                                       .geometry = geometry},
                                                      status));
  if (!status.ok()) {
    std::fprintf(stderr, "writer: %s\n", status.message.c_str());
    return 1;
  }
  ledger.writer_phase = WriterPhase::records;
  std::thread other{[&] { record(*producer, ledger, 1); }};
  record(*producer, ledger, 0);
  other.join();
  ledger.writer_phase = WriterPhase::ends;
  producer.reset();
  return 0;
}

}  // namespace outrider::storm
