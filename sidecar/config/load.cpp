// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <tuple>

#include "config/digest.hpp"
#include "config/read_alerting.hpp"
#include "config/reader.hpp"
#include "config/yaml_document.hpp"

namespace outrider::config {

namespace {

/// Far above any configuration, far below what would stop the machine.
constexpr std::size_t most_file_bytes = 1 << 20;

/// Which alerts there are, and where those that there are not are told.
class AlertCheck {
 public:
  AlertCheck(const std::string& file, const std::vector<std::string>& alerts)
      : file_{file}, alerts_{alerts} {}

  void look(const std::string& alert, const Place& place) {
    if (std::find(alerts_.begin(), alerts_.end(), alert) != alerts_.end()) return;
    std::string text =
        "found alert " + in_quotes(alert) + "; needed one of the loaded rule files; ";
    const std::string_view near = nearest(alert, {alerts_.begin(), alerts_.end()});
    text += near.empty() ? "correct the name, or load its file" : "nearest: " + std::string{near};
    problems.push_back({file_, place, std::move(text)});
  }

  std::vector<Problem> problems;

 private:
  const std::string& file_;
  const std::vector<std::string>& alerts_;
};

}  // namespace

Loaded load_text(const std::string& text, const std::string& source) {
  Loaded loaded;
  loaded.config.file = source;
  loaded.config.sha256 = sha256(text);
  try {
    const YamlText found = read_yaml(text);
    if (found.second) {
      loaded.problems.push_back({source, place_of(*found.second),
                                 "found a second document; needed one a file; join them"});
    }
    if (found.document) Reader{source, loaded}.read_document(*found.document);
  } catch (const YAML::Exception& error) {
    loaded.problems.push_back({source, place_of(error.mark), not_yaml(error, "keys and values")});
  }
  name_receivers(loaded.config.alerting);
  std::stable_sort(
      loaded.problems.begin(), loaded.problems.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
      });
  return loaded;
}

Loaded load_file(const std::string& file) {
  const auto refused = [&](const std::string& text) {
    Loaded loaded;
    loaded.config.file = file;
    loaded.problems.push_back({file, {}, text});
    return loaded;
  };
  // Opened only when it is a file: opening a pipe would wait for a writer.
  std::error_code error;
  const auto kind = std::filesystem::status(file, error).type();
  if (kind == std::filesystem::file_type::not_found)
    return refused("found no such file; needed a readable file; correct the path");
  if (error)
    return refused("found " + error.message() + "; needed a readable file; correct the path");
  if (kind != std::filesystem::file_type::regular)
    return refused(
        "found a directory, or what is no file; needed a readable file; correct the path");

  std::ifstream stream{file, std::ios::binary};
  if (!stream) {
    const std::string found = std::strerror(errno);
    return refused("found " + found + "; needed a file that this user may read; chmod or chown it");
  }
  std::string text(most_file_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad())
    return refused("found it unreadable to its end; needed a readable file; look at the disk");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > most_file_bytes)
    return refused("found more than 1 MiB; needed a configuration; correct the path");
  return load_text(text, file);
}

std::vector<Problem> check_alert_names(const Config& config,
                                       const std::vector<std::string>& alerts) {
  AlertCheck check{config.file, alerts};
  for (const auto& entry : config.protection.breakers) check.look(entry.alert, entry.place);
  for (const auto& entry : config.protection.kill_switch) check.look(entry.alert, entry.place);
  for (const auto& entry : config.protection.entry_blocks) {
    check.look(entry.alert, entry.place);
    if (!entry.cleared_by.empty()) check.look(entry.cleared_by, entry.place);
  }
  for (const auto& entry : config.recovery) check.look(entry.alert, entry.place);
  return std::move(check.problems);
}

}  // namespace outrider::config
