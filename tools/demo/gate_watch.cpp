// SPDX-License-Identifier: Apache-2.0
// One line for each change of the gate, as key=value, for people and scripts.
#include "gate_watch.hpp"

#include <array>
#include <chrono>
#include <iomanip>
#include <ostream>
#include <utility>

namespace demo {
namespace {

using outrider::GateState;

/// The gate's word closes first and its reason is written after it.
constexpr double reason_settles_seconds = 0.002;

std::ostream& begin_line(std::ostream& out, GateState state) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return out << "gate at_ms=" << ms << " state=" << outrider::to_string(state) << std::fixed;
}

}  // namespace

void TripWatches::on_order_sent() noexcept {
  reject_storm.on_order_sent();
  latency_storm.on_order_sent();
  feed_stall.on_order_sent();
  losing_streak.on_order_sent();
}

const TripWatch* TripWatches::find(std::string_view alert) const {
  const std::array<std::pair<std::string_view, const TripWatch*>, 4> watches = {{
      {"RejectStorm", &reject_storm},
      {"LatencyStorm", &latency_storm},
      {"FeedStall", &feed_stall},
      {"LosingStreak", &losing_streak},
  }};
  for (const auto& [rule, watch] : watches) {
    if (rule == alert) return watch;
  }
  return nullptr;
}

GateWatch::Change GateWatch::look(outrider::Ticks now, const TripWatches& watches) {
  const bool was_open = is_open_;
  is_open_ = gate_.open(now);
  if (is_open_) {
    if (!was_open) report_opened(now);
    return was_open ? Change::none : Change::opened;
  }
  // Also tells the sidecar, through the trader's own segment, when it was refused.
  static_cast<void>(gate_.permits(outrider::OrderKind::cancel));
  if (was_open) on_refusal(now, watches);
  if (const GateState state = gate_.state(); state != state_) {
    state_ = state;
    changed_at_ = now;
    is_reported_ = false;
  }
  if (!is_reported_ && producer_.seconds(changed_at_, now) >= reason_settles_seconds) {
    report_closed();
  }
  return was_open ? Change::closed : Change::none;
}

void GateWatch::on_refusal(outrider::Ticks now, const TripWatches& watches) {
  closed_at_ = now;
  changed_at_ = now;
  is_reported_ = false;
  at_refusal_ = watches;
}

void GateWatch::report_opened(outrider::Ticks now) {
  begin_line(out_, GateState::trading);
  if (was_ever_open_) {
    out_ << " closed_seconds=" << std::setprecision(3) << producer_.seconds(closed_at_, now);
  }
  out_ << std::endl;
  was_ever_open_ = true;
  state_ = GateState::trading;
}

void GateWatch::report_closed() {
  is_reported_ = true;
  const outrider::GateView view = gate_.view();
  if (view.state == GateState::trading) return;  // it has opened since: the next look says so
  begin_line(out_, view.state);
  if (view.state != GateState::stale) {
    out_ << " reason=\"" << view.reason << "\" scope=\"" << view.scope << '"';
  }
  const TripWatch* watch = at_refusal_.find(view.reason);
  if (view.state == GateState::halted && watch != nullptr && watch->breached_at()) {
    out_ << " leaked=" << watch->leaked() << " refused_after_us=" << std::setprecision(1)
         << producer_.seconds(*watch->breached_at(), closed_at_) * 1e6;
  }
  out_ << std::endl;
}

}  // namespace demo
