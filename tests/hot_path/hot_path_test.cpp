// SPDX-License-Identifier: Apache-2.0
// The hot path does not allocate: every way to the heap is counted here, the C
// library's own as well as operator new, which leads to it.
#include <gtest/gtest.h>

#include <cstdlib>

#include "hot_path_calls.hpp"

extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* old, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
}

namespace {

thread_local std::uint64_t allocations = 0;

}  // namespace

extern "C" {
void* malloc(std::size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  ++allocations;
  return __libc_calloc(count, bytes);
}
void* realloc(void* old, std::size_t bytes) {
  ++allocations;
  return __libc_realloc(old, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
}

namespace {

using namespace outrider;

TEST(Allocations, AreSeenWhenTheyHappen) {
  const std::uint64_t before = allocations;

  auto* volatile number = new int{7};

  EXPECT_GT(allocations, before);
  delete number;
}

TEST(HotPathCalls, DoNotAllocate) {
  Producer producer = Producer::detached();
  Writer writer = producer.writer("main");
  Counter counter = writer.counter("calls_total", "Calls");
  Gauge gauge = writer.gauge("last_value", "A value");
  IntGauge lots = writer.int_gauge("lots", "A value");
  UpDownCounter in_flight = writer.up_down_counter("in_flight", "A value");
  FailureStreak streak = writer.failure_streak("failures_in_a_row", "A value");
  Histogram histogram = writer.histogram("call_seconds", "A duration");
  Gate gate = producer.gate("orders");
  const std::uint64_t before = allocations;

  for (int i = 0; i < 100'000; ++i) {
    const Ticks now = ticks();
    if (hot_gate_open(gate, now, 1) == 0) FAIL() << "a detached gate is closed";
    if (!gate.permits(OrderKind::cancel)) FAIL() << "a cancel always passes";
    hot_counter_inc(counter, 1);
    hot_counter_add(counter, 2, 1);
    hot_gauge_set(gauge, 0.5, 1);
    hot_int_gauge_set(lots, -1, 1);
    hot_up_down_add(in_flight, 2, 1);
    hot_failure_streak_failure(streak, 1);
    hot_failure_streak_failure_kind(streak, FailureKind::timeout, 1);
    hot_failure_streak_success(streak, 1);
    hot_histogram_record(histogram, 1000, now, 1);  // from 4096 on, into the spill histogram
    hot_histogram_record_stamped(histogram, 1000, 1);
    hot_scoped_timer(histogram, 1);
  }

  EXPECT_EQ(allocations, before);
}

}  // namespace
