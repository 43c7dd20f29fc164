// SPDX-License-Identifier: Apache-2.0
#include "fuzz/segment_home.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>

#include "outrider/producer.hpp"

namespace outrider::fuzz {
namespace {

shm::Geometry tiny_geometry() {
  shm::Geometry geometry;
  geometry.lanes = 2;
  geometry.ring_capacity = 16;
  geometry.series = 16;
  geometry.cells = 4;
  geometry.gauges = 4;
  geometry.histograms = 3;
  geometry.gates = 2;
  geometry.string_bytes = 2048;
  geometry.spill_bytes = 160 << 10;
  return geometry;
}

/// One series of every kind, samples in two rings and some that spilled.
void trade(Producer& producer) {
  Writer first = producer.writer("gateway");
  first.counter("orders_total", "Orders", {{"venue", "binance"}}).add(3);
  first.up_down_counter("open_orders", "Open").add(2);
  first.gauge("equity", "Equity", {{"currency", "EUR"}}).set(0.5);
  first.int_gauge("position", "Position").set(-7);
  Histogram latency = first.histogram("order_send_seconds", "From signal to wire");
  Histogram sizes =
      first.histogram("order_bytes", "Size", {.unit = Unit::count(), .bounds = {10, 100, 1000}});
  producer.gate("orders", {{"venue", "binance"}});
  Writer second = producer.writer("feed");
  Histogram others =
      second.histogram("order_bytes", "Size", {.unit = Unit::count(), .bounds = {10, 100, 1000}});
  for (std::uint64_t i = 0; i < 12; ++i) {
    latency.record(i * 1000, Ticks::from_raw(1000 + i));
    sizes.record(i * 97, Ticks::from_raw(2000 + i));
    others.record(100, Ticks::from_raw(3000 + i));
  }
  producer.housekeep();
}

}  // namespace

SegmentHome::SegmentHome() {
  for (const char* part : {"/t", "/c", "/c/kill"}) {
    std::filesystem::create_directory(directory() + part);
    ::chmod((directory() + part).c_str(), 0700);
  }
  write_image();
  std::ofstream{directory() + "/t/oms.lock"} << 1;
}

void SegmentHome::write_image() {
  const std::string path = directory();
  Producer producer{{.name = "oms",
                     .directory = path,
                     .instance = "fuzz",
                     .version = "1",
                     .housekeeping = Housekeeping::manual,
                     .clock = ClockChoice::monotonic,
                     .geometry = tiny_geometry()}};
  trade(producer);
  std::ifstream file{telemetry_path(), std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  const std::span<const std::byte> raw = std::as_bytes(std::span{bytes});
  image_.assign(raw.begin(), raw.end());
  require(image_.size() == shm::TelemetryLayout{tiny_geometry()}.total, "the image is whole");
}

std::span<std::byte> SegmentHome::open_telemetry(std::uint64_t bytes) {
  mapping_ = {};
  const shm::Descriptor file{::open(telemetry_path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)};
  require(::ftruncate(file.get(), 0) == 0, "the file can be emptied");
  require(::ftruncate(file.get(), static_cast<off_t>(bytes)) == 0, "the file can be sized");
  if (bytes == 0) return {};
  shm::FileError error;
  mapping_ = shm::Mapping::of_file(file, shm::Access::read_write, bytes, error);
  return {mapping_.data(), static_cast<std::size_t>(mapping_.size())};
}

void SegmentHome::cut_telemetry(std::uint64_t bytes) const {
  require(::truncate(telemetry_path().c_str(), static_cast<off_t>(bytes)) == 0,
          "the file can be cut");
}

void SegmentHome::forget_control() {
  for (const char* file : {"oms.checkpoint.damaged", "oms.1.control"}) {
    ::unlink((directory() + "/c/" + file).c_str());
  }
}

void SegmentHome::forget_totals() {
  // Emptied instead of removed: making one anew would be most of a run's time.
  const shm::Descriptor file{::open(checkpoint_path().c_str(), O_RDWR | O_CLOEXEC)};
  std::array<std::uint64_t, 2> front{};  // its magic and its size
  if (::pread(file.get(), front.data(), sizeof front, 0) != sizeof front) return;
  const auto bytes = static_cast<off_t>(front[1]);
  const bool emptied = ::ftruncate(file.get(), 0) == 0 && ::ftruncate(file.get(), bytes) == 0 &&
                       ::pwrite(file.get(), front.data(), sizeof front, 0) == sizeof front;
  require(emptied, "the checkpoint can be emptied");
}

}  // namespace outrider::fuzz
