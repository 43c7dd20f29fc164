// SPDX-License-Identifier: Apache-2.0
// The segment directory as an operator may leave it, and a file system without
// room, for the trader and for the sidecar.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "cases.hpp"

namespace outrider::inputs {
namespace {

namespace fs = std::filesystem;

std::string trader_missing(Place& place) {
  fs::remove_all(place.segments());
  return Place::create(place.options());
}

std::string trader_is_a_file(Place& place) {
  fs::remove_all(place.segments());
  testing::write_file(place.segments(), "");
  return Place::create(place.options());
}

std::string trader_lacks_folder(Place& place) {
  fs::remove_all(place.segments() + "/c");
  return Place::create(place.options());
}

std::string trader_world_writable(Place& place) {
  ::chmod((place.segments() + "/t").c_str(), 0777);
  return Place::create(place.options());
}

std::string trader_not_permitted(Place& place) {
  return as_nobody([&] { return Place::create(place.options()); });
}

/// May enter, may not write: what a user outside the group gets.
std::string trader_not_writable(Place& place) {
  for (const char* part : {"", "/t", "/c", "/c/kill"})
    ::chmod((place.segments() + part).c_str(), 0755);
  return as_nobody([&] { return Place::create(place.options()); });
}

std::string sidecar_missing(Place& place) {
  fs::remove_all(place.segments());
  return place.sidecar();
}

std::string sidecar_world_writable(Place& place) {
  ::chmod(place.segments().c_str(), 0777);
  return place.sidecar();
}

std::string sidecar_not_permitted(Place& place) {
  return as_nobody([&] { return place.sidecar("--storage.path=/tmp"); });
}

/// The build's own directory is no memory. Not as the log says it: Place::neutral
/// takes that away, for wherever /tmp is none either.
std::string on_disk(Place& place) {
  const test::TemporaryDirectory disk{OUTRIDER_BIN_DIR, "segments"};
  const std::string directory = testing::make_segment_directory(disk.path());
  const Watched sidecar{place, {"--segment.dir=" + directory}};
  std::string said = sidecar.says("tmpfs");
  said.replace(said.find(directory), directory.size(), "<dir>");
  return said.substr(said.find("msg="));
}
std::string on_disk_check(Place& place) {
  const test::TemporaryDirectory disk{OUTRIDER_BIN_DIR, "segments"};
  std::string said = place.outrider(
      "check config " + place.file("sidecar.yml", "segment:\n  dir: " + disk.path() + "\n"));
  return said.replace(said.find(disk.path()), disk.path().size(), "<dir>");
}

std::string status_missing(Place& place) {
  fs::remove_all(place.segments());
  return place.outrider("status");
}

std::string status_not_permitted(Place& place) {
  return as_nobody([&] { return place.outrider("status"); });
}

// ---------------------------------------------------------------------- room

std::string full_at_birth(Place& place) {
  place.mount_memory(place.segments(), "1m");
  testing::fill(place.segments(), 64 << 10);
  return Place::create(place.options());
}

/// Default traders in what a container gets for /dev/shm.
std::string container_room(Place& place) {
  place.mount_memory(place.segments(), "64m");
  std::vector<std::unique_ptr<Producer>> traders;
  for (int i = 0; i < 64; ++i) {
    const std::string name = "trader-" + std::to_string(i);
    ProducerOptions options;
    options.name = name;
    options.directory = place.segments();
    options.housekeeping = Housekeeping::manual;
    Status status;
    traders.push_back(std::make_unique<Producer>(Producer::create(options, status)));
    if (!status.ok()) return std::to_string(i) + " traders; then:\n" + status.message;
  }
  return "64 traders had room";
}

/// The trader was there first: what it has is reserved. The sidecar says what it lacks.
std::string full_later(Place& place) {
  place.mount_memory(place.segments(), "4m");
  Producer producer{place.options()};
  Writer writer = producer.writer("main");
  Counter counter = writer.counter("orders_total", "");
  Watched sidecar{place};
  if (!sidecar.has("outrider_producer_up{producer=\"oms\"}", 1)) return "nobody is attached";
  // Born while nobody looks, and found when there is no room left for its control file.
  sidecar.process().process().signal(SIGSTOP);
  Producer late{place.options("late")};
  testing::fill(place.segments());
  counter.inc();
  sidecar.process().process().signal(SIGCONT);
  return sidecar.says("not attached");
}

std::string sidecar_finds_no_room(Place& place) {
  place.mount_memory(place.segments(), "1m");
  testing::fill(place.segments());
  return place.sidecar();
}

/// The other limit that a file can meet: of the process.
std::string file_too_large(Place& place) {
  return in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{64 << 10, 64 << 10};
    ::setrlimit(RLIMIT_FSIZE, &small);
    return Place::create(place.options());
  });
}

}  // namespace

Cases directory_cases() {
  return {
      {"directory: missing, trader", trader_missing},
      {"directory: a file, trader", trader_is_a_file},
      {"directory: without its folder c, trader", trader_lacks_folder},
      {"directory: world-writable, trader", trader_world_writable},
      {"directory: not for this user, trader", trader_not_permitted, true},
      {"directory: not writable for this user, trader", trader_not_writable, true},
      {"directory: missing, sidecar", sidecar_missing},
      {"directory: world-writable, sidecar", sidecar_world_writable},
      {"directory: not for this user, sidecar", sidecar_not_permitted, true},
      {"directory: on a disk, sidecar", on_disk},
      {"directory: on a disk, check config", on_disk_check},
      {"directory: missing, outrider status", status_missing},
      {"directory: not for this user, outrider status", status_not_permitted, true},
      {"room: tmpfs full at birth", full_at_birth, true},
      {"room: 64 MB of shared memory", container_room, true},
      {"room: tmpfs full later, sidecar", full_later, true},
      {"room: tmpfs full, sidecar start", sidecar_finds_no_room, true},
      {"room: file size limit of the process", file_too_large},
  };
}

}  // namespace outrider::inputs
