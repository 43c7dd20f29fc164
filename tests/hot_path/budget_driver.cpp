// SPDX-License-Identifier: Apache-2.0
// Makes each hot call a thousand times, for callgrind to count. With the
// argument `full` the ring is full beforehand, so that each record spills.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "hot_path_calls.hpp"
#include "outrider/shm/control.hpp"
#include "outrider/shm/telemetry.hpp"

namespace {

using namespace outrider;

constexpr std::uint64_t calls = 1000;

void count_cells(Writer& writer) {
  hot_nothing(calls);
  hot_counter_inc(writer.counter("budget_total", "Counted"), calls);
  hot_counter_add(writer.counter("budget_bytes_total", "Counted"), 7, calls);
  hot_gauge_set(writer.gauge("budget_ratio", "Set"), 0.5, calls);
  hot_int_gauge_set(writer.int_gauge("budget_lots", "Set"), -5, calls);
  hot_up_down_add(writer.up_down_counter("budget_in_flight", "Added"), 2, calls);
  const FailureStreak streak = writer.failure_streak("budget_failures", "In a row");
  hot_failure_streak_failure(streak, calls);
  hot_failure_streak_failure_kind(streak, FailureKind::http_5xx, calls);
  hot_failure_streak_success(streak, calls);
}

void count_records(Writer& writer, std::uint32_t before) {
  Histogram histogram = writer.histogram("budget_seconds", "Recorded");
  // Not counted: the first record asks the sidecar how far it has read.
  for (std::uint32_t i = 0; i < before; ++i) histogram.record(7, ticks());
  hot_histogram_record(histogram, 1'000'000, ticks(), calls);
  hot_histogram_record_stamped(histogram, 1'000'000, calls);
  hot_scoped_timer(histogram, calls);
}

/// Plays the sidecar: a control segment whose first gate holds a lease.
shm::Mapping grant(const std::string& directory, const ProducerOptions& options,
                   shm::FileError& error) {
  shm::Mapping mapping =
      shm::open_or_make_control(directory, std::string{options.name}, {options.geometry, 1}, error);
  if (!mapping) return mapping;
  const shm::Control control{
      {mapping.data(), mapping.size()}, options.geometry.lanes + 1, options.geometry.gates};
  // relaxed: one thread.
  control.gate(0).word.store(ticks().raw() + (std::uint64_t{1} << 33), std::memory_order_relaxed);
  return mapping;
}

bool count_everything(const std::string& directory, bool full) {
  Status status;
  ProducerOptions options{.name = "budget", .directory = directory};
  options.housekeeping = Housekeeping::manual;
  options.clock = ClockChoice::tsc;
  Producer producer = Producer::create(options, status);
  shm::FileError error;
  const shm::Mapping control = grant(directory, options, error);
  if (!status.ok() || error) {
    std::fprintf(stderr, "%s%s\n", status.message.c_str(), error.message.c_str());
    return false;
  }
  producer.housekeep();
  Writer writer = producer.writer("main");
  count_cells(writer);
  const Gate gate = producer.gate("orders");
  const std::uint64_t refused = hot_gate_open(gate, ticks(), calls);
  if (refused != 0) std::fprintf(stderr, "%lu checks met a closed gate\n", refused);
  hot_directives_poll(producer.directives(writer), calls);
  count_records(writer, full ? options.geometry.ring_capacity + 1 : 1);
  return refused == 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string directory =
      (std::filesystem::temp_directory_path() / "outrider-budget-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return EXIT_FAILURE;
  for (const char* part : {"/t", "/c", "/c/kill"})
    std::filesystem::create_directory(directory + part);
  const bool done = count_everything(directory, argc > 1 && std::strcmp(argv[1], "full") == 0);
  std::filesystem::remove_all(directory);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
