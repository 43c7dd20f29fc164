// SPDX-License-Identifier: Apache-2.0
// The hot path as a trader compiles it: one plain function for each call, which
// the budget counts and the disassembly check reads. Unmangled names, so that
// both tools find them.
#pragma once

#include <cstdint>

#include <outrider/producer.hpp>

extern "C" {
/// What a call and its return cost by themselves; subtracted from the others.
void call_nothing(void* handle) noexcept;

void call_counter_inc(outrider::Counter& counter) noexcept;
void call_counter_add(outrider::Counter& counter, std::uint64_t n) noexcept;
void call_gauge_set(outrider::Gauge& gauge, double value) noexcept;
void call_int_gauge_set(outrider::IntGauge& gauge, std::int64_t value) noexcept;
void call_up_down_add(outrider::UpDownCounter& counter, std::int64_t n) noexcept;
void call_up_down_sub(outrider::UpDownCounter& counter, std::int64_t n) noexcept;
void call_failure_streak_success(outrider::FailureStreak& streak) noexcept;
void call_failure_streak_failure(outrider::FailureStreak& streak) noexcept;
void call_histogram_record(outrider::Histogram& histogram, std::uint64_t value,
                           outrider::Ticks now) noexcept;
void call_histogram_record_interval(outrider::Histogram& histogram, outrider::Ticks start,
                                    outrider::Ticks stop) noexcept;
void call_histogram_record_stamped(outrider::Histogram& histogram, std::uint64_t value) noexcept;
void call_scoped_timer(outrider::Histogram& histogram) noexcept;
bool call_gate_open(const outrider::Gate& gate, outrider::Ticks now) noexcept;
}
