// SPDX-License-Identifier: Apache-2.0
#include "outputs/process_metrics.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <map>

#include "outputs/promtool.hpp"

namespace outrider::outputs {
namespace {

std::map<std::string, double> values() {
  std::map<std::string, double> found;
  for (const auto& family : process_families()) {
    const auto& metric = family.metric.front();
    found[family.name] =
        family.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value;
  }
  return found;
}

TEST(ProcessMetrics, AreTheNamesThatEveryClientUses) {
  const auto found = values();

  for (const char* name :
       {"process_cpu_seconds_total", "process_open_fds", "process_max_fds", "process_threads",
        "process_resident_memory_bytes", "process_virtual_memory_bytes",
        "process_start_time_seconds", "outrider_build_info"}) {
    EXPECT_EQ(found.count(name), 1u) << name;
  }
  EXPECT_EQ(testing::promtool_complaints(to_text(process_families())), "");
}

TEST(ProcessMetrics, AreThisProcess) {
  const auto before = values();
  const int copy = dup(0);
  const auto after = values();
  close(copy);

  EXPECT_EQ(after.at("process_open_fds"), before.at("process_open_fds") + 1);
  EXPECT_GT(after.at("process_resident_memory_bytes"), 1e6);
  EXPECT_LT(after.at("process_resident_memory_bytes"), after.at("process_virtual_memory_bytes"));
  EXPECT_EQ(after.at("process_threads"), 1);
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(after.at("process_start_time_seconds"), now, 600);
}

}  // namespace
}  // namespace outrider::outputs
