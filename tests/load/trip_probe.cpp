// SPDX-License-Identifier: Apache-2.0
// How long a breach takes to close the gate, on request: trip_probe SEGMENT_DIR
// reads numbers from its standard input and answers each with that many trips,
// one a line: microseconds to the closed word (T3-T0) and to the first refusal
// (T4-T0). "hold" is one trip whose breach stays until "release"; its line begins with
// T0 by CLOCK_MONOTONIC in ns. Its rule must close while `breach` is 1.
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <outrider/producer.hpp>
#include <string>
#include <thread>

namespace {

using namespace outrider;

class Trader {
 public:
  explicit Trader(const char* directory)
      : producer_{{.name = "probe", .directory = directory}},
        writer_{producer_.writer("trader")},
        breach_{writer_.int_gauge("breach", "Whether the trader is in breach")},
        work_{writer_.histogram("work_seconds", "Time between two looks at the gate")},
        gate_{producer_.gate("orders")} {}

  /// Works, a sample every few microseconds, until the gate is as wanted; the
  /// stamp of that look, or none after `patience` seconds.
  std::optional<Ticks> work_until(bool open, double patience) {
    const Ticks start = ticks();
    for (Ticks last = start; producer_.seconds(start, last) < patience;) {
      const Ticks now = ticks();
      if (gate_.open(now) == open) return now;
      if (producer_.seconds(last, now) < 5e-6) continue;
      work_.record(last, now);
      last = now;
    }
    return std::nullopt;
  }

  bool trip() {
    const bool is_done = breach();
    release();
    return is_done;
  }

  /// False: the gate did not open, or did not close.
  bool breach() {
    if (!work_until(true, 20)) return false;
    work_until(false, 0.002 + 0.0001 * (trips_++ % 37));  // breaches fall anywhere in a pass
    t0_ns_ = shm::monotonic_ns();
    const Ticks breached = ticks();
    breach_.set(1);
    const auto refused = work_until(false, 20);
    if (!refused) return false;
    // The word is stored before the detail that tells when: wait for the latter.
    Ticks closed = gate_.view().since;
    while (closed < breached) closed = gate_.view().since;
    t3_us_ = producer_.seconds(breached, closed) * 1e6;
    t4_us_ = producer_.seconds(breached, *refused) * 1e6;
    return true;
  }
  void release() { breach_.set(0); }

  [[nodiscard]] unsigned long long t0_ns() const { return t0_ns_; }
  [[nodiscard]] double t3_us() const { return t3_us_; }
  [[nodiscard]] double t4_us() const { return t4_us_; }

 private:
  Producer producer_;
  Writer writer_;
  IntGauge breach_;
  Histogram work_;
  Gate gate_;
  unsigned trips_ = 0;
  unsigned long long t0_ns_ = 0;
  double t3_us_ = 0;
  double t4_us_ = 0;
};

bool is_asked() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, 1) != 0;
}

/// One request; false: the gate did not do what its rule says.
bool serve(Trader& trader, const std::string& request) {
  if (request == "release\n") return trader.release(), true;
  if (request == "hold\n") {
    if (!trader.breach()) return false;
    std::printf("%llu %.1f %.1f\n", trader.t0_ns(), trader.t3_us(), trader.t4_us());
    return true;
  }
  for (int left = std::atoi(request.c_str()); left > 0; --left) {
    if (!trader.trip()) return false;
    std::printf("%.1f %.1f\n", trader.t3_us(), trader.t4_us());
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: trip_probe SEGMENT_DIR\n");
    return 2;
  }
  Trader trader{argv[1]};
  char line[32];
  for (;;) {
    while (!is_asked()) continue;
    if (std::fgets(line, sizeof line, stdin) == nullptr) return 0;
    if (!serve(trader, line)) {
      std::fprintf(stderr, "the gate did not do what its rule says\n");
      return 1;
    }
    std::fflush(stdout);
  }
}
