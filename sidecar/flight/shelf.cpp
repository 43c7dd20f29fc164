// SPDX-License-Identifier: Apache-2.0
#include "flight/shelf.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "outrider/shm/file.hpp"

namespace outrider::flight {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view unfinished = ".unfinished";
/// Of a name: the time, and what follows its dash.
constexpr std::string_view time_shape =
    "dddddddd"
    "Tdddddd.dddZ-";
constexpr std::size_t longest_word = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

/// Empty, or what went wrong with `what`.
std::string refused(const std::string& path, const std::string& found, const std::string& needed) {
  return path + ": found " + found + "; needed " + needed +
         "; nothing is recorded until it is repaired";
}

std::string refused(const std::string& path, const std::string& needed) {
  return refused(path, shm::errno_text(errno), needed);
}

std::uint64_t bytes_of(const fs::path& recording) {
  std::uint64_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator file{recording, error};
  for (; !error && file != fs::recursive_directory_iterator{}; file.increment(error)) {
    struct stat info {};
    if (::lstat(file->path().c_str(), &info) == 0)
      bytes += static_cast<std::uint64_t>(info.st_blocks) * 512;
  }
  return bytes;
}

/// First under a name that nobody takes for a recording, so that no half of one is left.
void remove(const std::string& path, const std::string& unfinished_path) {
  std::error_code error;
  fs::rename(path, unfinished_path, error);
  fs::remove_all(unfinished_path, error);
}

std::string sync_directory(const std::string& path) {
  const shm::Descriptor directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory || ::fsync(directory.get()) != 0) return refused(path, "a disk that keeps it");
  return {};
}

}  // namespace

std::string recording_name(std::chrono::nanoseconds wall, std::string_view what) {
  const auto milliseconds = wall / std::chrono::milliseconds{1};
  const time_t seconds = milliseconds / 1000;
  tm fields{};
  ::gmtime_r(&seconds, &fields);
  std::array<char, 48> time{};
  const std::size_t size = std::strftime(time.data(), time.size(), "%Y%m%dT%H%M%S", &fields);
  std::snprintf(time.data() + size, time.size() - size, ".%03dZ-",
                static_cast<int>(milliseconds % 1000));
  std::string word{what.substr(0, longest_word)};
  std::replace_if(
      word.begin(), word.end(), [](char c) { return !is_word(c); }, '_');
  return time.data() + (word.empty() ? std::string{"trip"} : word);
}

bool is_recording_name(std::string_view name) {
  if (name.size() <= time_shape.size()) return false;
  for (std::size_t i = 0; i < time_shape.size(); ++i) {
    if (time_shape[i] == 'd' ? !is_digit(name[i]) : name[i] != time_shape[i]) return false;
  }
  const std::string_view word = name.substr(time_shape.size());
  return word.size() <= longest_word && std::all_of(word.begin(), word.end(), is_word);
}

std::string Shelf::path_of(const std::string& name) const {
  return directory_ + '/' + name;
}

std::string Shelf::unfinished_path_of(const std::string& name) const {
  return directory_ + "/." + name + std::string{unfinished};
}

std::string Shelf::open() const {
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) return refused(directory_, error.message(), "a directory that this user may make");
  if (::access(directory_.c_str(), R_OK | W_OK | X_OK) != 0)
    return refused(directory_, "a directory that this user may write to");
  return {};
}

void Shelf::remove_unfinished() const {
  std::error_code error;  // whoever may not look or remove is told when something is recorded
  fs::directory_iterator entry{directory_, error};
  for (; !error && entry != fs::directory_iterator{}; entry.increment(error)) {
    const std::string name = entry->path().filename();
    std::error_code ignored;
    if (!name.starts_with('.') || !name.ends_with(unfinished)) continue;
    const std::string_view whole = std::string_view{name}.substr(
        1, name.size() - std::min(name.size(), unfinished.size() + 1));
    if (is_recording_name(whole) && fs::is_directory(entry->symlink_status(ignored)))
      fs::remove_all(entry->path(), ignored);
  }
}

std::string Shelf::begin(const std::string& name) const {
  constexpr mode_t mode = 0750;
  const std::string path = unfinished_path_of(name);
  for (const std::string& each : {path, path + "/segments"}) {
    if (::mkdir(each.c_str(), mode) != 0)
      return refused(each, "a directory that this user may make");
  }
  return {};
}

std::vector<std::string> Shelf::list(std::chrono::nanoseconds now) const {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry{directory_, error};
  for (; !error && entry != fs::directory_iterator{}; entry.increment(error)) {
    std::string name = entry->path().filename();
    std::error_code ignored;
    if (is_recording_name(name) && fs::is_directory(entry->symlink_status(ignored)))
      names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  // Those of a time that is still to come are of a clock that was wrong: older than all.
  const std::string last = recording_name(now, "").substr(0, time_shape.size()) + '~';
  const auto future = std::upper_bound(names.begin(), names.end(), last);
  std::rotate(names.begin(), future, names.end());
  return names;
}

std::string Shelf::make_room(std::uint64_t bytes, std::uint64_t to_write,
                             std::chrono::nanoseconds now) const {
  std::uint64_t taken = 0;
  std::vector<std::pair<std::string, std::uint64_t>> kept;
  for (const std::string& name : list(now)) {
    kept.emplace_back(name, bytes_of(path_of(name)));
    taken += kept.back().second;
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const bool is_one_more = kept.size() - i + 1 <= limits_.recordings;
    if (is_one_more && taken + bytes <= limits_.bytes) break;
    remove(path_of(kept[i].first), unfinished_path_of(kept[i].first));
    taken -= kept[i].second;
  }
  struct statvfs disk {};
  if (::statvfs(directory_.c_str(), &disk) != 0)
    return refused(directory_, "a directory that this user may use");
  const std::uint64_t free = disk.f_bavail * disk.f_frsize;
  const std::uint64_t for_others =
      std::min<std::uint64_t>(most_kept_free, disk.f_blocks * disk.f_frsize / 10);
  if (free >= to_write + for_others) return {};
  return refused(directory_, std::to_string(free) + " bytes free",
                 "room for " + std::to_string(to_write) + " and " + std::to_string(for_others) +
                     " left to others");
}

std::string Shelf::finish(const std::string& name) const {
  const std::string path = unfinished_path_of(name);
  for (const std::string& each : {path + "/segments", path}) {
    if (std::string problem = sync_directory(each); !problem.empty()) return problem;
  }
  if (std::rename(path.c_str(), path_of(name).c_str()) != 0)
    return refused(path_of(name), "a name that is free");
  return sync_directory(directory_);
}

void Shelf::give_up(const std::string& name) const {
  std::error_code error;
  fs::remove_all(unfinished_path_of(name), error);
}

}  // namespace outrider::flight
