// SPDX-License-Identifier: Apache-2.0
// The log's file at its limit, and its disk full: what is said there is said late,
// but it is said.
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "cases.hpp"

namespace outrider::inputs {
namespace {

namespace fs = std::filesystem;

/// Lines enough for whatever has to happen: each reload of a good file is one.
void reload(Watched& sidecar, int times) {
  for (int i = 0; i < times; ++i) {
    sidecar.process().process().signal(SIGHUP);
    ::usleep(2000);
  }
}

/// The first line of a file with `part` in it, once there is one.
std::string line_of(const std::string& file, const std::string& part,
                    const std::function<void()>& meanwhile) {
  std::string found;
  testing::eventually([&] {
    meanwhile();
    std::istringstream log{testing::read_file(file)};
    for (std::string line; found.empty() && std::getline(log, line);) {
      if (line.find(part) != std::string::npos) found = line;
    }
    return !found.empty();
  });
  return found;
}

std::string cannot_be_moved(Place& place) {
  const std::string file = place.path("own.log");
  fs::create_directory(file + ".1");
  testing::write_file(file + ".1/in", "the way");
  Watched sidecar{place, {"--log.file=" + file, "--log.max-bytes=4096"}};
  return line_of(file, "log.max-bytes", [&] { reload(sidecar, 20); });
}

std::string disk_full(Place& place) {
  place.mount_memory(place.path("logs"), "256k");
  const std::string file = place.path("logs/own.log");
  Watched sidecar{place, {"--log.file=" + file}};
  testing::fill(place.path("logs"));
  // What is left of the file's last page has room for some.
  const bool is_full = testing::eventually([&] {
    reload(sidecar, 20);
    return sidecar.process().metric("outrider_log_dropped_total").value_or(0) > 0;
  });
  if (!is_full) return "every line was written";
  fs::remove(place.path("logs/filler"));
  std::string said = line_of(file, "found no room", [&] { reload(sidecar, 1); });
  const std::size_t count = said.find_first_of("0123456789", said.find("room for"));
  return said.replace(count, said.find(' ', count) - count, "<n>");
}

}  // namespace

Cases log_cases() {
  return {
      {"log: cannot be moved at its limit", cannot_be_moved},
      {"log: disk full, then free", disk_full, true},
  };
}

}  // namespace outrider::inputs
