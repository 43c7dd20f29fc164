// SPDX-License-Identifier: Apache-2.0
// Tells people what the gate does, and how many orders leaked when it closed. It
// only reports: whether an order may go is the gate's word alone.
#pragma once

#include <iosfwd>
#include <outrider/producer.hpp>
#include <string_view>

#include "trip_watch.hpp"

namespace demo {

/// One for each rule that a fault of the exchange can breach.
struct TripWatches {
  TripWatch reject_storm;
  TripWatch latency_storm;
  TripWatch feed_stall;
  TripWatch losing_streak;

  void on_order_sent() noexcept;
  /// By the name of the alert; null for a rule that the trader cannot time.
  [[nodiscard]] const TripWatch* find(std::string_view alert) const;
};

class GateWatch {
 public:
  GateWatch(outrider::Gate gate, const outrider::Producer& producer, std::ostream& out)
      : gate_{gate}, producer_{producer}, out_{out} {}

  enum class Change { none, opened, closed };
  /// Once a turn, before orders are sent. Writes a line when the state changed.
  Change look(outrider::Ticks now, const TripWatches& watches);

 private:
  void on_refusal(outrider::Ticks now, const TripWatches& watches);
  void report_opened(outrider::Ticks now);
  void report_closed();

  outrider::Gate gate_;
  const outrider::Producer& producer_;
  std::ostream& out_;
  bool is_open_ = false;
  bool was_ever_open_ = false;
  bool is_reported_ = false;
  outrider::GateState state_ = outrider::GateState::trading;
  outrider::Ticks closed_at_{};  ///< first refusal
  outrider::Ticks changed_at_{};
  TripWatches at_refusal_;  ///< later answers must not change what had leaked
};

}  // namespace demo
