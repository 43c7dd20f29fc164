// SPDX-License-Identifier: Apache-2.0
// What somebody cuts short or scribbles on while a sidecar drains it. The other
// producer of each case goes on: that is part of what is compared.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cases.hpp"
#include "outrider/shm/control.hpp"
#include "outrider/shm/telemetry.hpp"

namespace outrider::inputs {
namespace {

namespace fs = std::filesystem;

constexpr int calls = 50;

/// A trader in a process of its own: whoever stores into a file that was cut is killed.
void trade(const ProducerOptions& options) {
  static Producer* producer = nullptr;  // lives as long as its process
  producer = new Producer{options};
  Writer writer = producer->writer("main");
  writer.counter("orders_total", "").inc();
  Histogram seconds = writer.histogram("order_seconds", "");
  for (int i = 0; i < calls; ++i) seconds.record(1000, ticks());
}

/// "oms" and "other" are drained; then `change` is done to a file of "oms".
template <class Change>
std::string while_drained(const Place& place, Change change, const std::string& part) {
  ProducerOptions options = place.options();
  options.housekeeping = Housekeeping::manual;
  const Child oms{[&] { trade(options); }};
  Producer other{place.options("other")};
  Writer writer = other.writer("main");
  Counter orders = writer.counter("orders_total", "");
  const Watched sidecar{place};
  if (!sidecar.has("order_seconds_count{producer=\"oms\"}", calls)) return "not drained";

  change();
  const std::string said = sidecar.says(part);
  orders.add(7);
  const bool goes_on = sidecar.has("orders_total{producer=\"other\"}", 7);
  return said + (goes_on ? "\nthe other goes on" : "\nthe other does not go on");
}

void scribble(const std::string& path, std::uint64_t from, std::uint64_t to) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(static_cast<std::streamoff>(from));
  file << std::string(to - from, '\xff');
}

std::string segment_cut(Place& place) {
  return while_drained(
      place, [&] { fs::resize_file(shm::telemetry_path(place.segments(), "oms", 1), 4096); },
      "quarantined");
}
std::string control_cut(Place& place) {
  return while_drained(
      place, [&] { fs::resize_file(place.segments() + "/c/oms.1.control", 0); }, "quarantined");
}
std::string checkpoint_cut(Place& place) {
  return while_drained(
      place, [&] { fs::resize_file(place.segments() + "/c/oms.checkpoint", 4096); }, "checkpoint");
}
std::string segment_scribbled(Place& place) {
  return while_drained(
      place,
      [&] {
        const std::string path = shm::telemetry_path(place.segments(), "oms", 1);
        scribble(path, sizeof(shm::TelemetryHeader), fs::file_size(path));
      },
      "its entry in the table");
}

}  // namespace

Cases drained_cases() {
  return {
      {"drained: segment cut short", segment_cut},
      {"drained: control file cut short", control_cut},
      {"drained: checkpoint cut short", checkpoint_cut},
      {"drained: segment scribbled", segment_scribbled},
  };
}

}  // namespace outrider::inputs
