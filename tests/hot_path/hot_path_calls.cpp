// SPDX-License-Identifier: Apache-2.0
// In a file of their own: beside what drives them, the optimiser would clone and
// rename them.
#include "hot_path_calls.hpp"

namespace {

/// Lets the compiler know nothing of `value` from one call to the next: a trader
/// never records the same one twice. Costs no instruction.
template <class Value>
void forget(Value& value) noexcept {
  __asm__ volatile("" : "+r"(value));
}

/// Its own copy of the handle stays in registers; all other memory is read anew
/// for each call, as in a trader that does something else in between.
template <class Handle, class Call>
void repeat(Handle handle, std::uint64_t times, Call call) noexcept {
  for (; times != 0; --times) {
    __asm__ volatile("" : : : "memory");
    call(handle);
  }
}

[[gnu::noinline, gnu::cold]] void count_refusal(std::uint64_t& refused) noexcept {
  ++refused;
}

}  // namespace

void hot_nothing(std::uint64_t times) noexcept {
  repeat(0, times, [](int) {});
}

void hot_counter_inc(const outrider::Counter& counter, std::uint64_t times) noexcept {
  repeat(counter, times, [](outrider::Counter& handle) { handle.inc(); });
}

void hot_counter_add(const outrider::Counter& counter, std::uint64_t n,
                     std::uint64_t times) noexcept {
  repeat(counter, times, [n](outrider::Counter& handle) mutable {
    forget(n);
    handle.add(n);
  });
}

void hot_gauge_set(const outrider::Gauge& gauge, double value, std::uint64_t times) noexcept {
  repeat(gauge, times, [value](outrider::Gauge& handle) { handle.set(value); });
}

void hot_int_gauge_set(const outrider::IntGauge& gauge, std::int64_t value,
                       std::uint64_t times) noexcept {
  repeat(gauge, times, [value](outrider::IntGauge& handle) mutable {
    forget(value);
    handle.set(value);
  });
}

void hot_up_down_add(const outrider::UpDownCounter& counter, std::int64_t n,
                     std::uint64_t times) noexcept {
  repeat(counter, times, [n](outrider::UpDownCounter& handle) mutable {
    forget(n);
    handle.add(n);
  });
}

void hot_failure_streak_success(const outrider::FailureStreak& streak,
                                std::uint64_t times) noexcept {
  repeat(streak, times, [](outrider::FailureStreak& handle) { handle.success(); });
}

void hot_failure_streak_failure(const outrider::FailureStreak& streak,
                                std::uint64_t times) noexcept {
  repeat(streak, times, [](outrider::FailureStreak& handle) { handle.failure(); });
}

void hot_failure_streak_failure_kind(const outrider::FailureStreak& streak,
                                     outrider::FailureKind kind, std::uint64_t times) noexcept {
  repeat(streak, times, [kind](outrider::FailureStreak& handle) mutable {
    forget(kind);
    handle.failure(kind);
  });
}

void hot_histogram_record(const outrider::Histogram& histogram, std::uint64_t value,
                          outrider::Ticks now, std::uint64_t times) noexcept {
  repeat(histogram, times, [&value, &now](outrider::Histogram& handle) {
    forget(value);
    forget(now);
    handle.record(value, now);
  });
}

void hot_histogram_record_stamped(const outrider::Histogram& histogram, std::uint64_t value,
                                  std::uint64_t times) noexcept {
  repeat(histogram, times, [value](outrider::Histogram& handle) mutable {
    forget(value);
    handle.record(value);
  });
}

void hot_scoped_timer(const outrider::Histogram& histogram, std::uint64_t times) noexcept {
  repeat(histogram, times,
         [](outrider::Histogram& handle) { const outrider::ScopedTimer timer{handle}; });
}

std::uint64_t hot_gate_open(const outrider::Gate& gate, outrider::Ticks now,
                            std::uint64_t times) noexcept {
  std::uint64_t refused = 0;
  repeat(gate, times, [now, &refused](const outrider::Gate& handle) mutable {
    forget(now);
    if (!handle.open(now)) [[unlikely]]
      count_refusal(refused);
  });
  return refused;
}

std::uint64_t hot_directives_poll(const outrider::Directives& directives,
                                  std::uint64_t times) noexcept {
  std::uint64_t told = 0;
  repeat(directives, times, [&told](outrider::Directives& handle) {
    for (const outrider::Directive& directive : handle.poll()) told += directive.epoch;
  });
  return told;
}
