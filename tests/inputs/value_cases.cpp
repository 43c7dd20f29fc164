// SPDX-License-Identifier: Apache-2.0
// What is recorded. Nobody is told of each value: recording neither fails nor
// waits. What is wrong with it is counted, and the sentence names the metric.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>

#include "cases.hpp"
#include "outrider/shm/control.hpp"
#include "outrider/shm/heartbeat.hpp"
#include "outrider/shm/telemetry.hpp"

namespace outrider::inputs {
namespace {

std::string counted(const Watched& sidecar, const std::string& metric, double value) {
  return sidecar.has(metric, value) ? "counted, not said: " + metric : "not counted: " + metric;
}

/// A trader with a sidecar, `record` done, and the metric that must say so.
template <class Record>
std::string count(const Place& place, const std::string& metric, Record record) {
  Producer producer{place.options()};
  Writer writer = producer.writer("main");
  record(writer);
  const Watched sidecar{place};
  return counted(sidecar, metric, 1);
}

std::string negative_interval(Place& place) {
  return count(place, "outrider_clock_anomalies_total{producer=\"oms\"}", [](Writer& writer) {
    const Ticks start = ticks();
    writer.histogram("order_seconds", "").record(start, Ticks::from_raw(start.raw() - 1000));
  });
}

std::string past_the_range(Place& place) {
  return count(place, "outrider_samples_clipped_total{producer=\"oms\"}", [](Writer& writer) {
    writer.histogram("order_bytes", "", {.unit = Unit::count()}).record(1ULL << 60, ticks());
  });
}

/// Shown as it is: no order, so no comparison of a rule is true of it.
std::string no_number(Place& place) {
  Producer producer{place.options()};
  Writer writer = producer.writer("main");
  writer.gauge("position", "").set(std::numeric_limits<double>::quiet_NaN());
  writer.gauge("limit", "").set(std::numeric_limits<double>::infinity());
  const Watched sidecar{place};
  const auto shown = [&](const std::string& line) { return sidecar.shows(line); };
  const bool both =
      shown("position{producer=\"oms\"} Nan\n") || shown("position{producer=\"oms\"} NaN\n");
  return both && shown("limit{producer=\"oms\"} +Inf\n") ? "shown, not said: NaN and +Inf"
                                                         : "not shown";
}

/// A stamp of the wrong clock is no lease's: the gate is closed to it.
std::string foreign_stamp(Place& place) {
  Producer producer{place.options()};
  Gate gate = producer.gate("orders");
  const Watched sidecar{place,
                        {"--config.file=" + place.file("sidecar.yml",
                                                       "protection:\n"
                                                       "  arm_at_start: true\n")}};
  if (!testing::eventually([&] { return gate.open(ticks()); })) return "never open";
  const auto wall = Ticks::from_raw(1'700'000'000'000'000'000);
  const bool is_open = gate.open(wall) || gate.open(Ticks{}) ||
                       gate.open(Ticks::from_raw(std::numeric_limits<std::uint64_t>::max()));
  return is_open ? "open" : "counted, not said: the gate is closed to every stamp but its clock's";
}

/// A trader whose clock runs a minute before the sidecar's.
std::string skewed_clock(Place& place) {
  ProducerOptions options = place.options();
  options.housekeeping = Housekeeping::manual;
  Producer producer{options};
  producer.gate("orders");
  const int file =
      ::open(shm::telemetry_path(place.segments(), "oms", 1).c_str(), O_RDWR | O_CLOEXEC);
  const std::uint64_t ahead = shm::monotonic_ns() + 60'000'000'000;
  const auto offset = shm::TelemetryLayout{options.geometry}.state +
                      offsetof(shm::TelemetryState, heartbeat) + offsetof(shm::Heartbeat, ns);
  const bool written =
      ::pwrite(file, &ahead, sizeof ahead, static_cast<off_t>(offset)) == sizeof ahead;
  ::close(file);
  if (!written) return "not written";
  const Watched sidecar{
      place, {"--config.file=" + place.file("sidecar.yml", "protection:\n  arm_at_start: true\n")}};
  std::string status;
  testing::eventually([&] {
    status = place.outrider("status");
    return status.find("clock") != std::string::npos;
  });
  const std::size_t at = status.find("found its clock");
  return at == std::string::npos ? status : status.substr(at);
}

/// The child's handles write memory of its own.
std::string trader_forks(Place& place) {
  Producer producer{place.options()};
  Writer writer = producer.writer("main");
  Counter orders = writer.counter("orders_total", "");
  orders.inc();
  const pid_t child = ::fork();
  if (child == 0) {
    orders.add(1000);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  orders.inc();
  const Watched sidecar{place};
  return sidecar.has("orders_total{producer=\"oms\"}", 2)
             ? "counted, not said: a child's calls count nowhere, its parent's exactly"
             : "the child was counted";
}

/// The name is free again, the process lives: stalled, and its total stands.
std::string trader_execs(Place& place) {
  const ProducerOptions options = place.options();
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    Producer producer{options};
    Writer writer = producer.writer("main");
    writer.counter("orders_total", "").inc();
    ::execl("/bin/sleep", "sleep", "60", nullptr);
    ::_exit(127);
  }
  const Watched sidecar{place};
  const bool stalled =
      sidecar.has("outrider_producer_state{producer=\"oms\",state=\"stalled\"}", 1) &&
      sidecar.has("orders_total{producer=\"oms\"}", 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return stalled ? "counted, not said: outrider_producer_state{producer=\"oms\",state=\"stalled\"}"
                 : "not stalled";
}

}  // namespace

Cases value_cases() {
  return {
      {"value: interval that ends before it begins", negative_interval},
      {"value: past the range", past_the_range},
      {"value: NaN and infinity", no_number},
      {"value: stamp of another clock", foreign_stamp},
      {"trader: clock not the sidecar's", skewed_clock},
      {"trader: forks", trader_forks},
      {"trader: execs", trader_execs},
  };
}

}  // namespace outrider::inputs
