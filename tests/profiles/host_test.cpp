// SPDX-License-Identifier: Apache-2.0
// The host of graphwiz-trader, by the real prometheus-node-exporter and the process probe,
// beside what /proc says.
#include <signal.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <deque>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "profiles/derived.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

/// The first number behind a word of a file in /proc.
double number_behind(const std::string& file, const std::string& word) {
  const std::string text = read_file(file);
  return std::stod(text.substr(text.find(word) + word.size()));
}

/// The first one that has received something; node_exporter has no loopback.
std::string used_interface() {
  std::istringstream lines{read_file("/proc/net/dev")};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    const std::string name =
        line.substr(line.find_first_not_of(' '), colon - line.find_first_not_of(' '));
    if (colon != line.npos && name != "lo" && std::stod(line.substr(colon + 1)) > 0) return name;
  }
  return "lo";
}

struct Jiffies {
  double busy = 0;
  double all = 0;
  static Jiffies now() {
    std::ifstream file{"/proc/stat"};
    std::string cpu;
    file >> cpu;
    Jiffies jiffies;
    double value = 0;
    for (int field = 0; field < 8 && file >> value; ++field) {  // guests are in user already
      jiffies.all += value;
      if (field != 3 && field != 4) jiffies.busy += value;  // idle, iowait
    }
    return jiffies;
  }
};

struct Host : Derived {
  void start_with_node_exporter() {
    const std::string address = "127.0.0.1:" + std::to_string(free_port());
    node_exporter = Process{{"/usr/bin/prometheus-node-exporter", "--web.listen-address=" + address,
                             "--collector.filesystem.fs-types-exclude=^(proc|sysfs|cgroup2?)$"},
                            at("node.log")};
    start("graphwiz", {{"127.0.0.1:9100", address}, {"\\[1m\\]", "[3s]"}});
  }
  /// Within 2 %, when both are looked at again and again: they move.
  void is_near(const std::string& name, const std::function<double()>& truth,
               const std::map<std::string, std::string>& labels = {}) {
    double found = 0;
    double wanted = 0;
    EXPECT_TRUE(eventually([&] {
      found = value(name, labels).value_or(-1);
      wanted = truth();
      return std::abs(found - wanted) <= 0.02 * wanted;
    })) << name
        << " is " << found << " and not " << wanted << '\n'
        << sidecar->log() << read_file(at("node.log"));
  }
  Process node_exporter;
};

using ChecklistR24 = Host;
// Breaks it: tools/deploy/profiles/graphwiz/graphwiz.host.rules.yml: `mode=~"idle|iowait"` ->
// `mode=~"user|iowait"`
TEST_F(ChecklistR24, CpuMemoryDiskAndNetworkAreThoseOfProc) {
  start_with_node_exporter();
  const auto kilobytes = [](const char* word) {
    return 1024 * number_behind("/proc/meminfo", word);
  };
  is_near("graphwiz_system_memory_available_bytes", [&] { return kilobytes("MemAvailable:"); });
  is_near("graphwiz_system_memory_usage_bytes",
          [&] { return kilobytes("MemTotal:") - kilobytes("MemAvailable:"); });
  is_near("graphwiz_system_disk_usage_percent",
          [] {
            struct statvfs disk {};
            ::statvfs("/", &disk);
            const auto used = static_cast<double>(disk.f_blocks - disk.f_bfree);
            return 100 * used / (used + static_cast<double>(disk.f_bavail));
          },
          {{"mount", "/"}});
  const std::string interface = used_interface();
  is_near("graphwiz_system_network_recv_bytes",
          [&] { return number_behind("/proc/net/dev", interface + ":"); },
          {{"interface", interface}});
  EXPECT_GT(value("graphwiz_system_network_sent_bytes", {{"interface", interface}}).value_or(0), 0);

  // Of the last three seconds, by both; a machine at work changes between the looks.
  std::deque<Jiffies> last{Jiffies::now()};
  is_near("graphwiz_system_cpu_usage_percent", [&] {
    std::this_thread::sleep_for(100ms);
    last.push_back(Jiffies::now());
    if (last.size() > 30) last.pop_front();
    return 100 * (last.back().busy - last.front().busy) / (last.back().all - last.front().all);
  });
}

using ChecklistR25 = Host;
// Breaks it: tools/deploy/profiles/graphwiz/graphwiz.host.rules.yml: `time() -
// min(outrider_probe_process_start_time_seconds{probe="graphwiz-trader"})` ->
// `min(outrider_probe_process_start_time_seconds{probe="graphwiz-trader"})`
TEST_F(ChecklistR25, UptimeGrowsWhileTheProcessLivesAndIsAbsentWhenItHasGone) {
  Process gateway{{"/bin/sleep", "600"}, at("gateway.log")};
  write_file(at("gateway.pid"), std::to_string(gateway.pid()) + "\n");
  start("graphwiz", {{"/run/graphwiz-trader.pid", at("gateway.pid")}});
  becomes("trader_status", 1);
  ASSERT_TRUE(eventually([&] { return value("trader_uptime_seconds").has_value(); }));
  const double before = *value("trader_uptime_seconds");
  EXPECT_LT(before, 600);
  EXPECT_TRUE(
      eventually([&] { return value("trader_uptime_seconds").value_or(0) > before + 0.5; }));
  EXPECT_GT(value("process_memory_bytes").value_or(0), 0);

  gateway.kill_now();

  becomes("trader_status", 0);
  goes_away("trader_uptime_seconds");
}

}  // namespace
}  // namespace outrider::testing
