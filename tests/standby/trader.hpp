// SPDX-License-Identifier: Apache-2.0
// A trader in this very process, with a ledger of its own: it records without a
// pause and asks its gate at each turn.
#pragma once

#include <atomic>
#include <outrider/producer.hpp>
#include <thread>

#include "outrider/shm/control.hpp"

namespace outrider::testing {

class Trader {
 public:
  explicit Trader(const std::string& segments);
  ~Trader();

  /// What it has recorded and, of its turns so far, how many found the gate closed.
  [[nodiscard]] std::uint64_t recorded() const { return recorded_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  void forget_refusals() { refused_ = 0; }
  void stop();

  [[nodiscard]] GateState state() const { return gate_.state(); }
  /// The gate in the control file as it lies in the directory now.
  [[nodiscard]] const shm::GateSlot& slot();

 private:
  void run();

  std::string segments_;
  Producer producer_;
  Gate gate_;
  shm::Mapping control_;
  std::atomic<std::uint64_t> recorded_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace outrider::testing
