// SPDX-License-Identifier: Apache-2.0
#include "bench_trader.hpp"

namespace outrider::bench {

BenchTrader::BenchTrader(const char* name) {
  Status status;
  ProducerOptions options{.name = name, .directory = directory_.path()};
  options.housekeeping = Housekeeping::manual;
  options.geometry.ring_capacity = ring_capacity;
  producer_.emplace(Producer::create(options, status));
  if (!status.ok()) give_up(status.message);

  std::string why;
  const std::string path = shm::telemetry_path(directory_.path(), name, producer_->generation());
  if (shm::attach_telemetry(path, telemetry_, why) != shm::AttachResult::attached) give_up(why);
  const shm::Geometry& geometry = telemetry_.header.geometry;
  shm::FileError error;
  control_mapping_ = shm::open_or_make_control(directory_.path(), name,
                                               {geometry, producer_->generation()}, error);
  if (error) give_up(error.message);
  control_.emplace(
      std::span{control_mapping_.data(), static_cast<std::size_t>(control_mapping_.size())},
      geometry.lanes + 1, geometry.gates);
  producer_->housekeep();
  writer_ = producer_->writer("bench");
  reader_.emplace(telemetry_.view().lane(0), 0);
}

Gate BenchTrader::open_gate() {
  const Gate gate = producer_->gate("orders");
  constexpr std::uint64_t lease = (std::uint64_t{1} << shm::lease_range_bits) - 1;
  // relaxed: the same thread looks at it.
  control_->gate(0).word.store(ticks().raw() + lease, std::memory_order_relaxed);
  return gate;
}

BenchTrader& trader() {
  static BenchTrader one{"bench"};
  return one;
}

BenchTrader& full_trader() {
  static BenchTrader one{"bench-full"};
  return one;
}

}  // namespace outrider::bench
