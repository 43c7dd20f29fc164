// SPDX-License-Identifier: Apache-2.0
#include "cli/evidence.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <nlohmann/json.hpp>

#include "cli/control_client.hpp"
#include "outrider/shm/file.hpp"
#include "outrider/shm/identity.hpp"
#include "protection/kill_request.hpp"

namespace outrider::cli {
namespace {

std::string utc(const char* form) {
  const std::time_t now = std::time(nullptr);
  std::tm broken{};
  ::gmtime_r(&now, &broken);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), form, &broken)};
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

nlohmann::ordered_json sidecar_of(const Places& places) {
  const nlohmann::json status =
      nlohmann::json::parse(page_of_sidecar(places.door(), "/api/v1/status"), nullptr, false);
  const auto text = [&](const char* key) {
    const auto found = status.is_object() ? status.find(key) : status.end();
    return found != status.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  return {{"version", text("version")},
          {"config_file", text("config_file")},
          {"config_sha256", text("config_sha256")},
          {"rules_sha256", text("rules_sha256")}};
}

nlohmann::ordered_json or_null(std::chrono::nanoseconds time) {
  return time.count() == 0 ? nlohmann::ordered_json{} : nlohmann::ordered_json(time.count());
}

}  // namespace

std::string evidence_json(const Drill& drill, const Places& places) {
  nlohmann::ordered_json trips = nlohmann::ordered_json::array();
  std::chrono::nanoseconds worst{};
  for (const TripTimes& trip : drill.trips) {
    trips.push_back({{"stored_ns", trip.stored.count()}, {"refused_ns", trip.refused.count()}});
    worst = std::max(worst, trip.refused);
  }
  nlohmann::ordered_json json{
      {"time", utc("%Y-%m-%dT%H:%M:%SZ")}, {"host", host_name()},
      {"boot_id", shm::boot_id()},         {"user", protection::user_name(::getuid())},
      {"sidecar", sidecar_of(places)},     {"kind", drill.kind},
      {"passed", drill.passed()},          {"problem", drill.problem},
      {"failures", drill.failures},        {"trips", trips},
      {"worst_refused_ns", worst.count()}};
  if (!drill.scope.empty()) {
    json["scope"] = drill.scope;
    json["gates"] = nlohmann::ordered_json::array();
    for (const GateTimes& gate : drill.gates) {
      json["gates"].push_back({{"gate", gate.gate},
                               {"before", gate.before},
                               {"closed_ns", gate.closed.count()},
                               {"refused_ns", or_null(gate.refused)},
                               {"opened_ns", gate.opened.count()}});
    }
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string write_evidence(const std::string& directory, const std::string& json,
                           std::string& problem) {
  const std::string path = directory + "/drill-" + utc("%Y%m%dT%H%M%SZ") + ".json";
  const shm::Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
  if (!file || ::write(file.get(), json.data(), json.size()) != static_cast<ssize_t>(json.size()) ||
      ::fsync(file.get()) != 0) {
    problem = path + ": found " + shm::errno_text(errno) +
              "; needed a new file there for the evidence; give --evidence DIR";
    return {};
  }
  return path;
}

}  // namespace outrider::cli
