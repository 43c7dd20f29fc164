// SPDX-License-Identifier: Apache-2.0
// In a file of their own: beside the loop that drives them, the optimiser would
// clone and rename them.
#include "hot_path_calls.hpp"

void call_nothing(void*) noexcept {}

void call_counter_inc(outrider::Counter& counter) noexcept {
  counter.inc();
}
void call_counter_add(outrider::Counter& counter, std::uint64_t n) noexcept {
  counter.add(n);
}
void call_gauge_set(outrider::Gauge& gauge, double value) noexcept {
  gauge.set(value);
}
void call_int_gauge_set(outrider::IntGauge& gauge, std::int64_t value) noexcept {
  gauge.set(value);
}
void call_up_down_add(outrider::UpDownCounter& counter, std::int64_t n) noexcept {
  counter.add(n);
}
void call_up_down_sub(outrider::UpDownCounter& counter, std::int64_t n) noexcept {
  counter.sub(n);
}
void call_failure_streak_success(outrider::FailureStreak& streak) noexcept {
  streak.success();
}
void call_failure_streak_failure(outrider::FailureStreak& streak) noexcept {
  streak.failure();
}

void call_histogram_record(outrider::Histogram& histogram, std::uint64_t value,
                           outrider::Ticks now) noexcept {
  histogram.record(value, now);
}

void call_histogram_record_interval(outrider::Histogram& histogram, outrider::Ticks start,
                                    outrider::Ticks stop) noexcept {
  histogram.record(start, stop);
}

void call_histogram_record_stamped(outrider::Histogram& histogram, std::uint64_t value) noexcept {
  histogram.record(value);
}

void call_scoped_timer(outrider::Histogram& histogram) noexcept {
  outrider::ScopedTimer timer{histogram};
}

bool call_gate_open(const outrider::Gate& gate, outrider::Ticks now) noexcept {
  return gate.open(now);
}
