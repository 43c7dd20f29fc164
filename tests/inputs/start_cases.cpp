// SPDX-License-Identifier: Apache-2.0
// A sidecar's surroundings when it starts: flags, ports, sockets, other
// sidecars, the state directory, the log.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cases.hpp"

namespace outrider::inputs {
namespace {

namespace fs = std::filesystem;

std::string second_sidecar(Place& place) {
  const Watched first{place};
  return place.sidecar();
}

std::string same_storage(Place& place) {
  const Watched first{place};
  const std::string other = place.path("other");
  fs::create_directory(other);
  const std::string segments = testing::make_segment_directory(other);
  testing::Process second{
      {binary("outrider-sidecar"), "--segment.dir=" + segments,
       "--storage.path=" + place.path("state"), "--web.listen-address=127.0.0.1:0"},
      place.path("second.log")};
  std::string said;
  testing::eventually([&] {
    said = testing::read_file(place.path("second.log"));
    return said.find("sidecar started") != std::string::npos;
  });
  return said.substr(0, said.find("ts=", said.find("journal")));
}

std::string port_in_use(Place& place) {
  Watched first{place};
  const std::string port = std::to_string(first.process().port());
  const std::string other = place.path("other");
  fs::create_directory(other);
  return Place::bare_sidecar("--segment.dir=" + testing::make_segment_directory(other) +
                             " --storage.path=" + other +
                             " --web.listen-address=127.0.0.1:" + port);
}

/// /proc does not show another user's sockets: then without the pid.
std::string port_in_use_by_another(Place& place) {
  Watched first{place};
  const std::string port = std::to_string(first.process().port());
  const std::string other = place.path("other");
  fs::create_directory(other);
  testing::make_segment_directory(other);
  for (const char* part : {"", "/segments", "/segments/t", "/segments/c", "/segments/c/kill"})
    ::chown((other + part).c_str(), nobody, nobody);
  return as_nobody([&] {
    return Place::bare_sidecar("--segment.dir=" + other + "/segments --storage.path=" + other +
                               " --web.listen-address=127.0.0.1:" + port);
  });
}

std::string listening(const Place& place, const std::string& address) {
  return place.sidecar("--web.listen-address=" + address);
}

std::string socket_too_long(Place& place) {
  return place.sidecar("--control.socket=/tmp/" + std::string(120, 's'));
}
std::string socket_in_use(Place& place) {
  const Watched first{place};
  const std::string other = place.path("other");
  fs::create_directory(other);
  return Place::bare_sidecar(
      "--segment.dir=" + testing::make_segment_directory(other) + " --storage.path=" + other +
      " --web.listen-address=127.0.0.1:0 --control.socket=" + place.path("control.sock"));
}
std::string socket_is_a_file(Place& place) {
  return place.sidecar("--control.socket=" + place.file("control.sock", ""));
}
std::string socket_without_directory(Place& place) {
  return place.sidecar("--control.socket=" + place.path("nowhere/control.sock"));
}

std::string storage_is_a_file(Place& place) {
  testing::Process sidecar{
      {binary("outrider-sidecar"), "--segment.dir=" + place.segments(),
       "--storage.path=" + place.file("state", ""), "--web.listen-address=127.0.0.1:0"},
      place.path("log")};
  std::string said;
  testing::eventually([&] {
    said = testing::read_file(place.path("log"));
    return said.find("sidecar started") != std::string::npos ||
           said.find("outrider-sidecar:") != std::string::npos;
  });
  return said.substr(0, said.find("ts=", said.find("journal")));
}
std::string flight_is_a_file(Place& place) {
  const Watched sidecar{place, {"--flight-recorder.dir=" + place.file("flight", "")}};
  return sidecar.says("flight-recorder");
}
std::string no_storage(Place& place) {
  return as_nobody([&] {
    return Place::program("env -i " + binary("outrider-sidecar") +
                          " --segment.dir=" + place.segments());
  });
}
std::string log_file_is_directory(Place& place) {
  return place.sidecar("--log.file=" + place.root());
}
std::string no_such_core(Place& place) {
  const Watched sidecar{place, {"--loop.cpu=1023"}};
  return sidecar.says("core");
}

std::string reload_of_a_bad_file(Place& place) {
  const std::string file = place.file("sidecar.yml", "log:\n  level: info\n");
  Watched sidecar{place, {"--config.file=" + file}};
  testing::write_file(file, "log:\n  level: loud\n");
  sidecar.process().process().signal(SIGHUP);
  return sidecar.says("sidecar.yml") + "\n" + sidecar.says("not reloaded");
}

std::string flag(Place& place, const std::string& text) {
  return place.sidecar(text);
}

}  // namespace

Cases start_cases() {
  return {
      {"sidecar: a second one on the directory", second_sidecar},
      {"sidecar: a second one on the state directory", same_storage},
      {"sidecar: port in use", port_in_use},
      {"sidecar: port in use by another user", port_in_use_by_another, true},
      {"sidecar: address is no number", [](Place& p) { return listening(p, "example.com:9717"); }},
      {"sidecar: address without port", [](Place& p) { return listening(p, "127.0.0.1"); }},
      {"sidecar: port past 65535", [](Place& p) { return listening(p, "127.0.0.1:70000"); }},
      {"sidecar: address of another host", [](Place& p) { return listening(p, "192.0.2.1:9717"); }},
      {"sidecar: control socket's path too long", socket_too_long},
      {"sidecar: control socket in use", socket_in_use},
      {"sidecar: control socket is a file", socket_is_a_file},
      {"sidecar: control socket without directory", socket_without_directory},
      {"sidecar: state directory is a file", storage_is_a_file},
      {"sidecar: flight recorder's directory is a file", flight_is_a_file},
      {"sidecar: no state directory", no_storage, true},
      {"sidecar: log file is a directory", log_file_is_directory},
      {"sidecar: no such core", no_such_core},
      {"sidecar: reload of a bad file", reload_of_a_bad_file},
      {"sidecar: unknown flag", [](Place& p) { return flag(p, "--segment.dirr=x"); }},
      {"sidecar: flag without value", [](Place& p) { return flag(p, "--log.level"); }},
      {"sidecar: flag with a bad value", [](Place& p) { return flag(p, "--loop=fast"); }},
      {"sidecar: switch with a bad value",
       [](Place& p) { return flag(p, "--close-on-exit=maybe"); }},
      {"sidecar: log of a hundred bytes", [](Place& p) { return flag(p, "--log.max-bytes=100"); }},
      {"sidecar: word that is no flag", [](Place& p) { return flag(p, "start"); }},
  };
}

}  // namespace outrider::inputs
