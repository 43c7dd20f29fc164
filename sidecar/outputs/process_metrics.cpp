// SPDX-License-Identifier: Apache-2.0
#include "outputs/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "outputs/build_version.hpp"

namespace outrider::outputs {

namespace {

prometheus::MetricFamily one(const char* name, const char* help, prometheus::MetricType type,
                             double value) {
  prometheus::ClientMetric metric;
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return {name, help, type, {metric}};
}

prometheus::MetricFamily gauge(const char* name, const char* help, double value) {
  return one(name, help, prometheus::MetricType::Gauge, value);
}

/// The fields of /proc/self/stat from the third on: the second, the command, may
/// hold blanks and brackets itself.
std::optional<std::istringstream> stat_fields() {
  std::ifstream file{"/proc/self/stat"};
  std::string line;
  if (!std::getline(file, line) || line.rfind(')') == std::string::npos) return std::nullopt;
  return std::istringstream{line.substr(line.rfind(')') + 1)};
}

/// Seconds of the Unix clock at which this machine started.
double boot_time() {
  std::ifstream file{"/proc/stat"};
  std::string word;
  double seconds = 0;
  while (file >> word) {
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

void add_stat(Families& families) {
  auto fields = stat_fields();
  if (!fields) return;
  const double tick = 1.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  std::string skipped;
  double user = 0, system = 0, threads = 0, start = 0, virtual_bytes = 0, resident_pages = 0;
  for (int field = 3; field < 14; ++field) *fields >> skipped;
  *fields >> user >> system >> skipped >> skipped >> skipped >> skipped >> threads >> skipped >>
      start >> virtual_bytes >> resident_pages;
  if (!*fields) return;
  families.push_back(one("process_cpu_seconds_total",
                         "Total user and system CPU time spent in seconds.",
                         prometheus::MetricType::Counter, (user + system) * tick));
  families.push_back(gauge("process_threads", "Number of threads.", threads));
  families.push_back(gauge("process_start_time_seconds",
                           "Start time of the process since unix epoch in seconds.",
                           boot_time() + start * tick));
  families.push_back(
      gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", virtual_bytes));
  families.push_back(gauge("process_resident_memory_bytes", "Resident memory size in bytes.",
                           resident_pages * page));
}

void add_descriptors(Families& families) {
  std::error_code error;
  double open = 0;
  for (std::filesystem::directory_iterator fd{"/proc/self/fd", error}, end; !error && fd != end;
       fd.increment(error)) {
    ++open;
  }
  // One of them was the directory being read.
  if (!error) families.push_back(gauge("process_open_fds", "Open file descriptors.", open - 1));
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  families.push_back(gauge("process_max_fds", "Maximum number of open file descriptors.",
                           static_cast<double>(limit.rlim_cur)));
}

}  // namespace

const char* version() {
  return build_version;
}

Families process_families() {
  Families families;
  prometheus::MetricFamily build =
      gauge("outrider_build_info", "What runs here, as labels; the value is always 1.", 1);
  build.metric.front().label = {{"compiler", __VERSION__}, {"version", version()}};
  families.push_back(std::move(build));
  add_stat(families);
  add_descriptors(families);
  return families;
}

}  // namespace outrider::outputs
