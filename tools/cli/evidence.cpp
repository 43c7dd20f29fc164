// SPDX-License-Identifier: Apache-2.0
#include "cli/evidence.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <iterator>
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

/// Empty when this user may not read it.
std::string sha256_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return {};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (::EVP_Digest(text.data(), text.size(), digest.data(), &size, ::EVP_sha256(), nullptr) != 1)
    return {};
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    constexpr const char* digits = "0123456789abcdef";
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 15U];
  }
  return hex;
}

nlohmann::ordered_json sidecar_of(const Places& places) {
  const nlohmann::json status =
      nlohmann::json::parse(page_of_sidecar(places.door(), "/api/v1/status"), nullptr, false);
  const auto text = [&](const char* key) {
    const auto found = status.is_object() ? status.find(key) : status.end();
    return found != status.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  const std::string file = text("config_file");
  return {{"version", text("version")},
          {"config_file", file},
          {"config_sha256", file.empty() ? std::string{} : sha256_of(file)}};
}

}  // namespace

std::string evidence_json(const Drill& drill, const Places& places) {
  nlohmann::ordered_json trips = nlohmann::ordered_json::array();
  std::chrono::nanoseconds worst{};
  for (const TripTimes& trip : drill.trips) {
    trips.push_back({{"stored_ns", trip.stored.count()}, {"refused_ns", trip.refused.count()}});
    worst = std::max(worst, trip.refused);
  }
  nlohmann::ordered_json json{{"time", utc("%Y-%m-%dT%H:%M:%SZ")},
                              {"host", host_name()},
                              {"boot_id", shm::boot_id()},
                              {"user", protection::user_name(::getuid())},
                              {"sidecar", sidecar_of(places)},
                              {"kind", drill.kind},
                              {"passed", drill.passed()},
                              {"problem", drill.problem},
                              {"trips", trips},
                              {"worst_refused_ns", worst.count()}};
  if (!drill.scope.empty()) {
    json["scope"] = drill.scope;
    json["gates"] = nlohmann::ordered_json::array();
    for (const GateTimes& gate : drill.gates) {
      json["gates"].push_back({{"gate", gate.gate},
                               {"before", gate.before},
                               {"closed_ns", gate.closed.count()},
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
