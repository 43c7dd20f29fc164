// SPDX-License-Identifier: Apache-2.0
// A day of restarts in simulated time: 100 000 (--full) traders of one name are
// born, record, and end, a tenth of them without a good-bye, under the sidecar's
// own stages. Memory, descriptors and files stay as they were; totals are exact.
//   restarts [--quick | --full | RESTARTS]
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <outrider/producer.hpp>
#include <string>

#include "process/harness.hpp"
#include "stages.hpp"

namespace {

using namespace outrider;
using namespace std::chrono_literals;

constexpr const char* name = "gateway-1";
constexpr int samples_a_life = 20;
constexpr double most_kib_heap = 64;
constexpr double most_kib_resident = 512;
constexpr std::size_t most_mappings = 4;  ///< the heap may come in more pieces

shm::Geometry small() {
  shm::Geometry geometry;
  geometry.lanes = 2;
  geometry.ring_capacity = 8;  // most lives spill, too
  geometry.series = 16;
  geometry.cells = 4;
  geometry.gauges = 4;
  geometry.histograms = 4;
  geometry.gates = 2;
  geometry.string_bytes = 4096;
  geometry.spill_bytes = 64 << 10;
  return geometry;
}

/// What must not grow.
struct Footprint {
  std::size_t heap = 0;      ///< bytes that malloc has handed out
  std::size_t resident = 0;  ///< bytes
  std::size_t descriptors = 0;
  std::size_t files = 0;
  std::size_t mappings = 0;
};

std::size_t entries(const std::string& directory) {
  const std::filesystem::recursive_directory_iterator all{directory};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

Footprint footprint(const std::string& directory) {
  const struct mallinfo2 heap = ::mallinfo2();
  std::ifstream statm{"/proc/self/statm"};
  std::size_t pages = 0;
  statm >> pages >> pages;
  const std::filesystem::directory_iterator open{"/proc/self/fd"};
  std::ifstream maps{"/proc/self/maps"};
  std::size_t mappings = 0;
  for (std::string line; std::getline(maps, line);) ++mappings;
  return {heap.uordblks + heap.hblkhd, pages * static_cast<std::size_t>(::sysconf(_SC_PAGE_SIZE)),
          static_cast<std::size_t>(std::distance(begin(open), end(open))), entries(directory),
          mappings};
}

/// A trader of that name, which records and counts.
void record(const std::string& segments, int life, testing::Stages* watched_by) {
  Status status;
  auto producer = Producer::create({.name = name,
                                    .directory = segments,
                                    .housekeeping = Housekeeping::manual,
                                    .clock = ClockChoice::monotonic,
                                    .geometry = small()},
                                   status);
  if (!status.ok()) {
    std::fprintf(stderr, "life %d: %s\n", life, status.message.c_str());
    ::_exit(1);
  }
  auto writer = producer.writer("main");
  auto histogram = writer.histogram("order_seconds", "", {.unit = Unit::nanoseconds()});
  auto counter = writer.counter("orders_total", "");
  [[maybe_unused]] const Gate gate = producer.gate("orders", {{"venue", "test"}});
  if (watched_by != nullptr) watched_by->step(200ms);
  producer.housekeep();
  for (int i = 0; i < samples_a_life; ++i) {
    histogram.record(static_cast<std::uint64_t>(1000 * life + i) % 1'000'000, ticks());
    counter.inc();
  }
  if (watched_by == nullptr) ::_exit(0);  // no good-bye
  watched_by->step(464ms);
}

/// One life, from birth to burial. Each tenth ends as if killed, before anybody
/// has seen it.
void live_once(const std::string& segments, testing::Stages& stages, int life) {
  if (life % 10 == 0) {
    const pid_t child = ::fork();
    if (child == 0) record(segments, life, nullptr);
    ::waitpid(child, nullptr, 0);
  } else {
    record(segments, life, &stages);
  }
  for (int i = 0; i < 3; ++i) stages.step(100ms);  // seen, drained, carried over, buried
}

/// A value of the only series of a family: of a histogram, its count.
double value_of(const Publication& seen, const std::string& family) {
  for (const auto& each : seen.snapshot.schema->families) {
    if (each.name == family && each.metrics.size() == 1)
      return seen.snapshot.values[each.metrics.front().first_value + each.edges.size()];
  }
  return -1;
}

double grown_kib(std::size_t before, std::size_t after) {
  return (static_cast<double>(after) - static_cast<double>(before)) / 1024;
}

int run(int lives) {
  const testing::TempDirectory directory;
  const std::string segments = testing::make_segment_directory(directory.path());
  config::Config config;
  config.log.file = directory.path() + "/log";
  config.log.level = config::LogLevel::warn;
  config.protection.arm_at_start = true;
  testing::Stages stages{
      {segments, directory.path() + "/state"}, config, std::make_shared<const rules::RuleSet>()};
  const int warm_up = lives / 5;
  for (int life = 1; life <= warm_up; ++life) live_once(segments, stages, life);
  const Footprint before = footprint(directory.path());
  for (int life = warm_up + 1; life <= lives; ++life) live_once(segments, stages, life);
  const Footprint after = footprint(directory.path());

  const auto seen = stages.publish();
  const double expected = static_cast<double>(lives) * samples_a_life;
  const double counted = seen == nullptr ? -1 : value_of(*seen, "orders_total");
  const double recorded = seen == nullptr ? -1 : value_of(*seen, "order_seconds");
  const double heap = grown_kib(before.heap, after.heap);
  const double resident = grown_kib(before.resident, after.resident);
  const bool exact = counted == expected && recorded == expected;
  const bool flat = heap <= most_kib_heap && resident <= most_kib_resident &&
                    after.descriptors <= before.descriptors && after.files <= before.files &&
                    after.mappings <= before.mappings + most_mappings;
  std::printf(
      "{\"row\": \"trader restarts, simulated time\", \"figure\": \"%d restarts, totals %s, heap "
      "%+.0f KiB, resident %+.0f KiB, descriptors %+ld, files %+ld\", \"holds\": %s, "
      "\"restarts\": %d, \"simulated_seconds\": %.0f, \"mappings\": %ld, \"counted\": %.0f, "
      "\"recorded\": %.0f}\n",
      lives, exact ? "exact" : "WRONG", heap, resident,
      static_cast<long>(after.descriptors) - static_cast<long>(before.descriptors),
      static_cast<long>(after.files) - static_cast<long>(before.files),
      exact && flat ? "true" : "false", lives, lives * 0.9,
      static_cast<long>(after.mappings) - static_cast<long>(before.mappings), counted, recorded);
  return exact && flat ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string tier = argc > 1 ? argv[1] : "--quick";
  const int lives = tier == "--quick"  ? 3'000
                    : tier == "--full" ? 100'000
                                       : std::atoi(tier.c_str());
  if (argc > 2 || lives < 100) {
    std::fprintf(stderr, "usage: restarts [--quick | --full | RESTARTS], at least 100\n");
    return 2;
  }
  ::setenv("TMPDIR", "/dev/shm", 0);  // segments live in memory
  return run(lives);
}
