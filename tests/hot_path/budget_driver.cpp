// SPDX-License-Identifier: Apache-2.0
// Makes each hot call a thousand times, for callgrind to count. With the
// argument `full` the ring is full beforehand, so that each record spills.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "hot_path_calls.hpp"

namespace {

constexpr int calls = 1000;

template <class Call>
void repeat(Call call) {
  for (int i = 0; i < calls; ++i) call();
}

void count_cells(outrider::Writer& writer) {
  outrider::Counter counter = writer.counter("budget_total", "Counted");
  outrider::Gauge gauge = writer.gauge("budget_ratio", "Set");
  outrider::IntGauge lots = writer.int_gauge("budget_lots", "Set");
  outrider::UpDownCounter in_flight = writer.up_down_counter("budget_in_flight", "Added");
  outrider::FailureStreak streak = writer.failure_streak("budget_failures", "In a row");
  repeat([&] { call_nothing(&counter); });
  repeat([&] { call_counter_inc(counter); });
  repeat([&] { call_counter_add(counter, 7); });
  repeat([&] { call_gauge_set(gauge, 0.5); });
  repeat([&] { call_int_gauge_set(lots, -5); });
  repeat([&] { call_up_down_add(in_flight, 2); });
  repeat([&] { call_up_down_sub(in_flight, 2); });
  repeat([&] { call_failure_streak_failure(streak); });
  repeat([&] { call_failure_streak_success(streak); });
}

void count_records(outrider::Writer& writer, int before) {
  outrider::Histogram histogram = writer.histogram("budget_seconds", "Recorded");
  const outrider::Ticks start = outrider::ticks();
  // Not counted: the first record asks the sidecar how far it has read.
  for (int i = 0; i < before; ++i) histogram.record(7, start);
  const outrider::Ticks stop = outrider::ticks();
  repeat([&] { call_histogram_record(histogram, 1'000'000, stop); });
  repeat([&] { call_histogram_record_interval(histogram, start, stop); });
  repeat([&] { call_histogram_record_stamped(histogram, 1'000'000); });
  repeat([&] { call_scoped_timer(histogram); });
}

}  // namespace

int main(int argc, char** argv) {
  std::string directory =
      (std::filesystem::temp_directory_path() / "outrider-budget-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return EXIT_FAILURE;
  for (const char* part : {"/t", "/c", "/c/kill"})
    std::filesystem::create_directory(directory + part);

  outrider::Status status;
  outrider::ProducerOptions options{.name = "budget", .directory = directory};
  options.housekeeping = outrider::Housekeeping::manual;
  options.clock = outrider::ClockChoice::tsc;
  outrider::Producer producer = outrider::Producer::create(options, status);
  {
    const int full = static_cast<int>(options.geometry.ring_capacity) + 1;
    const bool start_full = argc > 1 && std::strcmp(argv[1], "full") == 0;
    outrider::Writer writer = producer.writer("main");
    count_cells(writer);
    const outrider::Gate gate = producer.gate("orders");
    repeat([&] { call_gate_open(gate, outrider::ticks()); });
    count_records(writer, start_full ? full : 1);
  }
  std::filesystem::remove_all(directory);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.message.c_str());
  return status.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}
