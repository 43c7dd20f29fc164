// SPDX-License-Identifier: Apache-2.0
// The hot path as a trader compiles it: one plain function for each call, which
// makes it `times` times with its handle in registers. The budget counts them and the
// disassembly check reads them; unmangled names, so that both tools find them.
#pragma once

#include <cstdint>

#include <outrider/producer.hpp>

extern "C" {
/// The loop by itself, subtracted from the others.
void hot_nothing(std::uint64_t times) noexcept;

void hot_counter_inc(const outrider::Counter& counter, std::uint64_t times) noexcept;
void hot_counter_add(const outrider::Counter& counter, std::uint64_t n,
                     std::uint64_t times) noexcept;
void hot_gauge_set(const outrider::Gauge& gauge, double value, std::uint64_t times) noexcept;
void hot_int_gauge_set(const outrider::IntGauge& gauge, std::int64_t value,
                       std::uint64_t times) noexcept;
void hot_up_down_add(const outrider::UpDownCounter& counter, std::int64_t n,
                     std::uint64_t times) noexcept;
void hot_failure_streak_success(const outrider::FailureStreak& streak,
                                std::uint64_t times) noexcept;
void hot_failure_streak_failure(const outrider::FailureStreak& streak,
                                std::uint64_t times) noexcept;
void hot_failure_streak_failure_kind(const outrider::FailureStreak& streak,
                                     outrider::FailureKind kind, std::uint64_t times) noexcept;
void hot_histogram_record(const outrider::Histogram& histogram, std::uint64_t value,
                          outrider::Ticks now, std::uint64_t times) noexcept;
void hot_histogram_record_stamped(const outrider::Histogram& histogram, std::uint64_t value,
                                  std::uint64_t times) noexcept;
void hot_scoped_timer(const outrider::Histogram& histogram, std::uint64_t times) noexcept;
/// How many of the `times` checks found the gate closed.
std::uint64_t hot_gate_open(const outrider::Gate& gate, outrider::Ticks now,
                            std::uint64_t times) noexcept;
/// The sum of the epochs of what `times` looks found.
std::uint64_t hot_directives_poll(const outrider::Directives& directives,
                                  std::uint64_t times) noexcept;
}
