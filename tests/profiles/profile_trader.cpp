// SPDX-License-Identifier: Apache-2.0
// A trader made of a profile's metrics.yml: profile_trader SEGMENT_DIR NAME METRICS [LEVELS]
// registers every gate. Without LEVELS it also registers every family that a trader or a probe
// publishes, and moves it; with it, it holds what that file says, read at each step:
//   SERIES VALUE     a gauge or a counter at VALUE      SERIES +N   N more at each step
//   SERIES @VALUE    a histogram that records VALUE at each step
//   SERIES ~A,B      A more and B more, in turn
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <thread>

#include "profiles/simulated.hpp"

int main(int argc, char** argv) try {
  using namespace std::chrono_literals;
  if (argc < 4) return 2;
  outrider::ProducerOptions options{.name = argv[2], .directory = argv[1]};
  options.geometry = {.lanes = 2, .ring_capacity = 256};
  outrider::Status status;
  outrider::Producer producer = outrider::Producer::create(options, status);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message.c_str());
    return 1;
  }
  outrider::Writer writer = producer.writer("main");
  outrider::testing::Simulated trader{producer, writer, YAML::LoadFile(argv[3])};
  trader.register_gates();
  if (argc == 4) trader.move_all();
  if (!producer.last_refusal().empty()) {
    std::fprintf(stderr, "%s\n", producer.last_refusal().c_str());
    return 1;
  }
  while (true) {
    if (argc > 4) {
      std::ifstream levels{argv[4]};
      for (std::string line; std::getline(levels, line);) trader.apply(line);
    }
    std::this_thread::sleep_for(10ms);
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
