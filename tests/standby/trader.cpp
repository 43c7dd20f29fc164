// SPDX-License-Identifier: Apache-2.0
#include "standby/trader.hpp"

#include <chrono>
#include <stdexcept>

namespace outrider::testing {

using namespace std::chrono_literals;

namespace {

/// One generation in this process, with the geometry that is usual.
constexpr std::uint64_t generation = 1;

}  // namespace

Trader::Trader(const std::string& segments)
    : segments_{segments},
      producer_{{.name = "trader", .directory = segments}},
      gate_{producer_.gate("orders")},
      thread_{[this] { run(); }} {}

Trader::~Trader() {
  stop();
}

void Trader::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Trader::run() {
  Writer writer = producer_.writer("orders");
  Counter orders = writer.counter("orders_total", "Orders");
  Histogram latency = writer.histogram("order_seconds", "Latency");
  while (!stop_) {
    for (int each = 0; each < 8; ++each) {
      orders.inc();
      latency.record(1000);
      ++recorded_;
    }
    if (!gate_.open(ticks())) ++refused_;
    std::this_thread::sleep_for(100us);
  }
}

const shm::GateSlot& Trader::slot() {
  shm::FileError error;
  const shm::Geometry geometry{};
  control_ = shm::open_control(shm::control_path(segments_, "trader", generation),
                               shm::Access::read_only, {geometry, generation}, error);
  if (!control_) throw std::runtime_error{error.message};
  const shm::ControlView view{{control_.data(), static_cast<std::size_t>(control_.size())},
                              geometry.lanes + 1,
                              geometry.gates};
  return view.gate(0);
}

}  // namespace outrider::testing
