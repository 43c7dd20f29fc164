// SPDX-License-Identifier: Apache-2.0
// Something else where a file of ours should be: a symlink, a fifo, a second
// name, another owner, a half, scribbles.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cases.hpp"
#include "outrider/shm/control.hpp"

namespace outrider::inputs {
namespace {

namespace fs = std::filesystem;

std::string lock_of(const Place& place) {
  return place.segments() + "/t/oms.lock";
}
std::string segment_of(const Place& place) {
  return shm::telemetry_path(place.segments(), "oms", 1);
}
std::string control_of(const Place& place) {
  return shm::control_path(place.segments(), "oms", 1);
}

// ----------------------------------------------------------- the lock, trader

std::string lock_is_symlink(Place& place) {
  fs::create_symlink(place.file("elsewhere", ""), lock_of(place));
  return Place::create(place.options());
}
std::string lock_is_fifo(Place& place) {
  ::mkfifo(lock_of(place).c_str(), 0640);
  return Place::create(place.options());
}
std::string lock_is_hard_link(Place& place) {
  fs::create_hard_link(place.file("elsewhere", ""), lock_of(place));
  return Place::create(place.options());
}
std::string lock_is_anothers(Place& place) {
  testing::write_file(lock_of(place), "");
  ::chmod(lock_of(place).c_str(), 0640);
  for (const char* part : {"", "/t", "/c", "/c/kill"})
    ::chown((place.segments() + part).c_str(), nobody, nobody);
  return as_nobody([&] { return Place::create(place.options()); });
}

// ------------------------------------------------------- the segment, sidecar

/// A living trader whose segment file is then changed, before the sidecar starts.
template <class Change>
std::string with_segment(const Place& place, Change change) {
  // In a process of its own, because a truncated file kills whoever wrote into it.
  const Child trader{[&] {
    ProducerOptions options = place.options();
    options.housekeeping = Housekeeping::manual;
    static const Producer producer{options};
  }};
  change(segment_of(place));
  return Watched{place}.says("not attached");
}

std::string segment_is_symlink(Place& place) {
  return with_segment(place, [&](const std::string& path) {
    fs::rename(path, place.path("moved"));
    fs::create_symlink(place.path("moved"), path);
  });
}
std::string segment_is_fifo(Place& place) {
  return with_segment(place, [&](const std::string& path) {
    fs::remove(path);
    ::mkfifo(path.c_str(), 0640);
  });
}
std::string segment_is_directory(Place& place) {
  return with_segment(place, [&](const std::string& path) {
    fs::remove(path);
    fs::create_directory(path);
  });
}
std::string segment_has_two_names(Place& place) {
  return with_segment(
      place, [&](const std::string& path) { fs::create_hard_link(path, place.path("second")); });
}
std::string segment_is_anothers(Place& place) {
  return with_segment(place,
                      [](const std::string& path) { ::chown(path.c_str(), nobody, nobody); });
}
std::string segment_is_world_writable(Place& place) {
  return with_segment(place, [](const std::string& path) { ::chmod(path.c_str(), 0666); });
}
std::string segment_is_empty(Place& place) {
  return with_segment(place, [](const std::string& path) { fs::resize_file(path, 0); });
}
std::string segment_is_halved(Place& place) {
  return with_segment(
      place, [](const std::string& path) { fs::resize_file(path, fs::file_size(path) / 2); });
}

void scribble(const std::string& path, std::streamoff at, const std::string& bytes) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(at);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string segment_is_no_segment(Place& place) {
  return with_segment(place, [](const std::string& path) { scribble(path, 0, "#!/bin/sh"); });
}
std::string segment_of_another_version(Place& place) {
  return with_segment(place, [](const std::string& path) {
    scribble(path, offsetof(shm::TelemetryHeader, major), {"\x02\0\0\0", 4});
  });
}
std::string segment_with_unknown_features(Place& place) {
  return with_segment(place, [](const std::string& path) {
    scribble(path, offsetof(shm::TelemetryHeader, incompatible), {"\x04", 1});
  });
}
std::string segment_header_scribbled(Place& place) {
  return with_segment(place, [](const std::string& path) {
    scribble(path, offsetof(shm::TelemetryHeader, generation), "x");
  });
}
std::string segment_copied(Place& place) {
  return with_segment(place, [&](const std::string& path) {
    fs::copy_file(path, shm::telemetry_path(place.segments(), "oms", 7));
  });
}

// ------------------------------------------------------- the control, sidecar

template <class Change>
std::string with_control(const Place& place, Change change) {
  const Producer trader{place.options()};
  change(control_of(place));
  return Watched{place}.says("not attached");
}

std::string control_is_symlink(Place& place) {
  return with_control(place, [&](const std::string& path) {
    fs::create_symlink(place.file("elsewhere", ""), path);
  });
}
std::string control_is_fifo(Place& place) {
  return with_control(place, [](const std::string& path) { ::mkfifo(path.c_str(), 0640); });
}
std::string control_has_two_names(Place& place) {
  return with_control(place, [&](const std::string& path) {
    fs::create_hard_link(place.file("elsewhere", ""), path);
  });
}
std::string control_is_anothers(Place& place) {
  return with_control(place, [](const std::string& path) {
    testing::write_file(path, "");
    ::chmod(path.c_str(), 0640);
    ::chown(path.c_str(), nobody, nobody);
  });
}
std::string control_is_empty(Place& place) {
  return with_control(place, [](const std::string& path) {
    testing::write_file(path, "");
    ::chmod(path.c_str(), 0640);
  });
}

// -------------------------------------------------------------- configuration

std::string config_is_fifo(Place& place) {
  ::mkfifo(place.path("sidecar.yml").c_str(), 0600);
  return place.sidecar("--config.file=" + place.path("sidecar.yml"));
}
std::string config_is_directory(Place& place) {
  return place.sidecar("--config.file=" + place.root());
}
std::string rules_are_fifo(Place& place) {
  ::mkfifo(place.path("rules.yml").c_str(), 0600);
  return place.sidecar("--rules.file=" + place.path("rules.yml"));
}
std::string rules_are_directory(Place& place) {
  return place.outrider("check rules " + place.root());
}

}  // namespace

Cases planted_cases() {
  return {
      {"lock: symlink", lock_is_symlink},
      {"lock: fifo", lock_is_fifo},
      {"lock: hard link", lock_is_hard_link},
      {"lock: of another user", lock_is_anothers, true},
      {"segment: symlink", segment_is_symlink},
      {"segment: fifo", segment_is_fifo},
      {"segment: directory", segment_is_directory},
      {"segment: hard link", segment_has_two_names},
      {"segment: of another user", segment_is_anothers, true},
      {"segment: world-writable", segment_is_world_writable},
      {"segment: empty", segment_is_empty},
      {"segment: half of it", segment_is_halved},
      {"segment: not one at all", segment_is_no_segment},
      {"segment: of another version", segment_of_another_version},
      {"segment: with unknown features", segment_with_unknown_features},
      {"segment: header scribbled", segment_header_scribbled},
      {"segment: copied under another generation", segment_copied},
      {"control: symlink", control_is_symlink},
      {"control: fifo", control_is_fifo},
      {"control: hard link", control_has_two_names},
      {"control: of another user", control_is_anothers, true},
      {"control: empty", control_is_empty},
      {"config: fifo", config_is_fifo},
      {"config: directory", config_is_directory},
      {"rules: fifo", rules_are_fifo},
      {"rules: directory", rules_are_directory},
  };
}

}  // namespace outrider::inputs
