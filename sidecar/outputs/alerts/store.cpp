// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "outputs/alerts/json_text.hpp"

namespace outrider::alerts {

namespace {

namespace fs = std::filesystem;

constexpr int version = 1;
constexpr std::uintmax_t most_bytes = std::uintmax_t{256} << 20;

shm::FileError failed(const std::string& path) {
  const int code = errno;
  return {code, path + ": " + shm::errno_text(code)};
}

/// A new file of this user's own takes the place of `path`.
shm::FileError replace_file(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  const shm::Descriptor file{
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file) return failed(fresh);
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = ::write(file.get(), text.data() + done, text.size() - done);
    if (wrote < 0) return failed(fresh);
    done += static_cast<std::size_t>(wrote);
  }
  return ::rename(fresh.c_str(), path.c_str()) == 0 ? shm::FileError{} : failed(path);
}

/// Null when there is none, or it is none.
Json read_json(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > most_bytes) return {};
  std::ifstream file{path};
  return Json::parse(std::istreambuf_iterator<char>{file}, {}, nullptr, false);
}

Json to_json(const Alert& alert) {
  return {{"labels", alert.labels},
          {"annotations", alert.annotations},
          {"value", alert.value},
          {"starts_at_ns", alert.starts_at.count()},
          {"ends_at_ns", alert.ends_at.count()},
          {"is_event", alert.is_event}};
}

Alert alert_from(const Json& json) {
  Alert alert;
  alert.labels = json.at("labels").get<aggregate::Labels>();
  alert.annotations = json.at("annotations").get<aggregate::Labels>();
  alert.value = json.at("value").is_number() ? json.at("value").get<double>() : 0;
  alert.starts_at = nanoseconds{json.at("starts_at_ns").get<std::int64_t>()};
  alert.ends_at = nanoseconds{json.at("ends_at_ns").get<std::int64_t>()};
  alert.is_event = json.value("is_event", false);  // sidecars before had none
  return alert;
}

Json to_json(const Schedule::Records& records) {
  Json json = Json::object();
  for (const auto& [key, record] : records) {
    Json told = Json::array();
    for (const nanoseconds each : record.told) told.push_back(each.count());
    json[key] = {{"told_ns", told}, {"left_out_ns", record.left_out.count()}};
  }
  return json;
}

Schedule::Records records_from(const Json& json) {
  Schedule::Records records;
  for (const auto& [key, each] : json.items()) {
    Schedule::Record& record = records[key];
    for (const Json& told : each.at("told_ns")) record.told.emplace_back(told.get<std::int64_t>());
    record.left_out = nanoseconds{each.at("left_out_ns").get<std::int64_t>()};
  }
  return records;
}

Json to_json(const Known& known) {
  Json told = Json::object();
  for (const auto& [name, each] : known.told) {
    told[name] = {{"episode", each.episode}, {"ended", each.ended}, {"at_ns", each.at.count()}};
  }
  return {{"alert", to_json(known.alert)},
          {"episode", known.episode},
          {"order", known.order},
          {"fires", known.fires},
          {"told", told}};
}

Known known_from(const Json& json) {
  Known known;
  known.alert = alert_from(json.at("alert"));
  known.episode = json.at("episode").get<std::uint64_t>();
  known.order = json.at("order").get<std::uint64_t>();
  known.fires = json.at("fires").get<bool>();
  for (const auto& [name, each] : json.at("told").items()) {
    Told& told = known.told[name];
    told.episode = each.at("episode").get<std::uint64_t>();
    told.ended = each.at("ended").get<bool>();
    told.at = nanoseconds{each.at("at_ns").get<std::int64_t>()};
  }
  return known;
}

Poisoned poisoned_from(const Json& json) {
  return {json.at("receiver").get<std::string>(),
          json.at("status").get<long>(),
          nanoseconds{json.at("refused_ns").get<std::int64_t>()},
          alert_from(json.at("alert")),
          json.at("episode").get<std::uint64_t>(),
          json.at("ends").get<bool>()};
}

}  // namespace

Store::Store(const std::string& state_directory) : directory_{state_directory + "/alerts"} {}

shm::FileError Store::open() {
  std::error_code error;
  fs::create_directories(directory_ + "/poison", error);
  if (error) return {error.value(), directory_ + ": " + error.message()};
  fs::permissions(directory_, fs::perms::owner_all, error);
  return {};
}

shm::FileError Store::write(const std::map<std::string, Known>& known,
                            const Schedule::Records& summaries) {
  Json alerts = Json::array();
  for (const auto& [identity, each] : known) alerts.push_back(to_json(each));
  return replace_file(
      directory_ + "/sent",
      dumped({{"version", version}, {"alerts", alerts}, {"summaries", to_json(summaries)}}));
}

Store::Sent Store::read(std::string& problem) const {
  Sent sent;
  std::vector<Known>& known = sent.known;
  const std::string path = directory_ + "/sent";
  if (!fs::exists(path)) return sent;
  try {
    const Json json = read_json(path);
    if (json.at("version").get<int>() != version) throw std::runtime_error{"another version"};
    for (const Json& each : json.at("alerts")) known.push_back(known_from(each));
    sent.summaries = records_from(json.value("summaries", Json::object()));
  } catch (const std::exception&) {
    problem = path + ": found something else; needed what a sidecar of this version wrote. What " +
              "fires is sent again; what has ended since is resolved by its endsAt";
    sent = {};
  }
  std::sort(known.begin(), known.end(),
            [](const Known& a, const Known& b) { return a.order < b.order; });
  return sent;
}

std::string Store::poison_file(const Poisoned& message) const {
  aggregate::Labels key = message.alert.labels;
  key.emplace_back("", message.receiver);
  return directory_ + "/poison/" + fingerprint(key) + (message.ends ? ".resolved" : ".firing");
}

shm::FileError Store::put_aside(const Poisoned& message) {
  const std::string path = poison_file(message);
  std::vector<Poisoned> all = poisoned();
  const auto oldest =
      std::min_element(all.begin(), all.end(),
                       [](const Poisoned& a, const Poisoned& b) { return a.refused < b.refused; });
  if (all.size() >= most_poisoned && !fs::exists(path)) forget(*oldest);
  return replace_file(path, dumped({{"receiver", message.receiver},
                                    {"status", message.status},
                                    {"refused_ns", message.refused.count()},
                                    {"alert", to_json(message.alert)},
                                    {"episode", message.episode},
                                    {"ends", message.ends}}));
}

std::vector<Poisoned> Store::poisoned() const {
  std::vector<Poisoned> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{directory_ + "/poison", error}) {
    const std::string path = entry.path().string();
    if (path.ends_with(".new")) continue;
    try {
      all.push_back(poisoned_from(read_json(path)));
    } catch (const std::exception&) {
      continue;  // not ours
    }
  }
  return all;
}

void Store::forget(const Poisoned& message) {
  std::error_code error;
  fs::remove(poison_file(message), error);
}

}  // namespace outrider::alerts
