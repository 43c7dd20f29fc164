// SPDX-License-Identifier: Apache-2.0
// A trader whose alerts are commanded: alert_probe SEGMENT_DIR COUNT has COUNT
// gauges breach{n="0"}, ...; each line "N VALUE" of its standard input sets one
// and is answered with CLOCK_MONOTONIC in ns from just before the store (T0).
#include <cstdio>
#include <cstdlib>
#include <outrider/producer.hpp>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  using namespace outrider;
  if (argc != 3) {
    std::fprintf(stderr, "usage: alert_probe SEGMENT_DIR COUNT\n");
    return 2;
  }
  Producer producer{{.name = "probe", .directory = argv[1]}};
  Writer writer = producer.writer("trader");
  std::vector<IntGauge> breaches;
  for (int i = 0; i < std::atoi(argv[2]); ++i)
    breaches.push_back(
        writer.int_gauge("breach", "Whether it is in breach", {{"n", std::to_string(i)}}));
  std::size_t number = 0;
  int value = 0;
  while (std::scanf("%zu %d", &number, &value) == 2 && number < breaches.size()) {
    const unsigned long long t0 = shm::monotonic_ns();
    breaches[number].set(value);
    std::printf("%llu\n", t0);
    std::fflush(stdout);
  }
  return 0;
}
