// SPDX-License-Identifier: Apache-2.0
#include "probes/file.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "probes/key_values.hpp"

namespace outrider::probes {

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 10;
constexpr std::uint32_t changes_of_a_file =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB;

Metrics metrics_of(const config::FileProbe& config) {
  Metrics metrics;
  for (const config::FileValue& each : config.values) {
    metrics.push_back(
        {{each.series, each.key + " in " + config.path + ".", aggregate::FamilyKind::gauge},
         each.labels});
  }
  return metrics;
}

double number_of(const config::FileValue& value, const std::map<std::string, std::string>& found) {
  const double otherwise = value.otherwise.value_or(aggregate::no_value());
  const auto at = found.find(value.key);
  if (at == found.end()) return otherwise;
  const std::string& text = at->second;
  if (!value.words.empty()) {
    const auto word = value.words.find(text);
    return word == value.words.end() ? otherwise : word->second;
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : otherwise;
}

}  // namespace

Outcome read_small_file(const std::string& path, std::string& text) {
  // Without waiting for whoever may write into what is no file.
  const shm::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!file) {
    const bool is_missing = errno == ENOENT || errno == ENOTDIR;
    return {is_missing ? Failure::missing : Failure::unreachable,
            path + ": " + shm::errno_text(errno)};
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return {Failure::bad_answer, path + ": found no file; needed one"};
  text.resize(most_bytes + 1);
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0) return {Failure::unreachable, path + ": " + shm::errno_text(errno)};
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  if (size > most_bytes)
    return {Failure::bad_answer, path + ": found more than 64 KiB; needed less"};
  return {};
}

FileSource::FileSource(const config::FileProbe& config)
    : config_{config},
      metrics_{metrics_of(config_)},
      notices_{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)},
      name_{std::filesystem::path{config.path}.filename()} {}

// Each time anew: the directory may be another one by now. The same is no second watch.
void FileSource::watch() {
  const std::filesystem::path directory = std::filesystem::path{config_.path}.parent_path();
  ::inotify_add_watch(notices_.get(), directory.c_str(), changes_of_a_file);
}

bool FileSource::take_change() {
  alignas(inotify_event) std::array<char, 4096> events{};
  bool is_ours = false;
  for (;;) {
    const ssize_t size = ::read(notices_.get(), events.data(), events.size());
    if (size <= 0) return is_ours;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event{};
      std::memcpy(&event, events.data() + at, sizeof event);
      const bool is_lost = (event.mask & IN_Q_OVERFLOW) != 0;
      is_ours = is_ours || is_lost ||
                (event.len > 0 && name_ == events.data() + at + sizeof(inotify_event));
      at += sizeof(inotify_event) + event.len;
    }
  }
}

std::unique_ptr<Attempt> FileSource::begin() {
  watch();  // before the look: what changes after it is noticed
  std::string text;
  Outcome outcome = read_small_file(config_.path, text);
  const auto found = outcome.failure == Failure::none ? parse_key_values(text)
                                                      : std::map<std::string, std::string>{};
  for (const config::FileValue& each : config_.values)
    outcome.values.push_back(number_of(each, found));
  return std::make_unique<KnownOutcome>(std::move(outcome));
}

}  // namespace outrider::probes
