// SPDX-License-Identifier: Apache-2.0
#include "probes/process.hpp"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "probes/file.hpp"

namespace outrider::probes {

namespace {

/// Of /proc/PID/stat, after the name, which may hold anything.
struct Stat {
  std::string name;
  double cpu_ticks = 0;
  double start_ticks = 0;
  double resident_pages = 0;
};

std::optional<Stat> read_stat(const std::string& pid) {
  std::ifstream file{"/proc/" + pid + "/stat"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const std::size_t begin = text.find('(');
  const std::size_t end = text.rfind(')');
  if (begin == std::string::npos || end == std::string::npos) return std::nullopt;
  Stat stat;
  stat.name = text.substr(begin + 1, end - begin - 1);
  std::istringstream rest{text.substr(end + 1)};
  std::string state;
  rest >> state;
  if (state == "Z" || state == "X") return std::nullopt;  // it has ended
  // proc(5): this is field 3; 14 and 15 are its time, 22 its start, 24 its memory.
  double field = 0;
  for (int number = 4; number <= 24 && rest >> field; ++number) {
    if (number == 14 || number == 15) stat.cpu_ticks += field;
    if (number == 22) stat.start_ticks = field;
    if (number == 24) stat.resident_pages = field;
  }
  return stat;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// When the machine was started, in Unix time.
double boot_time() {
  std::ifstream file{"/proc/stat"};
  std::string word;
  while (file >> word) {
    double time = 0;
    if (word == "btime" && file >> time) return time;
  }
  return aggregate::no_value();
}

/// Descriptors of another user's process are its own secret.
double open_descriptors(const std::string& pid) {
  std::error_code error;
  double count = 0;
  std::filesystem::directory_iterator each{"/proc/" + pid + "/fd", error};
  for (; !error && each != std::filesystem::directory_iterator{}; each.increment(error)) ++count;
  return error ? aggregate::no_value() : count;
}

/// Up, how many, and what the one with that number uses.
std::vector<double> usage(const std::string& pid, const Stat& stat, double count) {
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  return {1,
          count,
          stat.cpu_ticks / ticks,
          stat.resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE)),
          boot_time() + stat.start_ticks / ticks,
          open_descriptors(pid)};
}

}  // namespace

ProcessSource::ProcessSource(const std::string& name, const config::ProcessProbe& config)
    : config_{config} {
  using aggregate::FamilyKind;
  const auto add = [&](const char* what, const char* help, FamilyKind kind) {
    metrics_.push_back(
        {{std::string{"outrider_probe_process_"} + what, help, kind}, {{"probe", name}}, true});
  };
  add("up", "Whether the process runs.", FamilyKind::gauge);
  add("count", "Processes of that name; the others of these series are of the oldest.",
      FamilyKind::gauge);
  add("cpu_seconds_total", "Processor time of the process.", FamilyKind::counter);
  add("resident_memory_bytes", "Resident memory of the process.", FamilyKind::gauge);
  add("start_time_seconds", "When the process was started, in Unix time.", FamilyKind::gauge);
  add("open_fds", "Open descriptors of the process.", FamilyKind::gauge);
}

Outcome ProcessSource::look() const {
  const Outcome down{Failure::none, {}, {0, 0}, aggregate::Health::unhealthy};
  if (!config_.pid_file.empty()) {
    std::string text;
    Outcome read = read_small_file(config_.pid_file, text);
    if (read.failure == Failure::missing) return down;  // as a service that is stopped leaves it
    read.values = {0};
    if (read.failure != Failure::none) return read;
    const std::string pid = text.substr(0, text.find_first_of(" \t\r\n"));
    if (!is_number(pid))
      return {Failure::bad_answer, config_.pid_file + ": found no number; needed a pid", {0}};
    const auto stat = read_stat(pid);
    return stat ? Outcome{Failure::none, {}, usage(pid, *stat, 1)} : down;
  }
  std::string oldest;
  Stat its;
  double count = 0;
  std::error_code error;
  std::filesystem::directory_iterator each{"/proc", error};
  for (; !error && each != std::filesystem::directory_iterator{}; each.increment(error)) {
    const std::string pid = each->path().filename();
    const auto stat = is_number(pid) ? read_stat(pid) : std::nullopt;
    if (!stat || stat->name != config_.name) continue;
    ++count;
    if (!oldest.empty() && stat->start_ticks >= its.start_ticks) continue;
    oldest = pid;
    its = *stat;
  }
  return oldest.empty() ? down : Outcome{Failure::none, {}, usage(oldest, its, count)};
}

std::unique_ptr<Attempt> ProcessSource::begin() {
  return std::make_unique<KnownOutcome>(look());
}

}  // namespace outrider::probes
